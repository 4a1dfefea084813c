// Indentation tells which brace is open only among those inside it.
 model A {
    input x: f32[3];
    output y: f32[3];
}

train A {
//      ^ error[E003]: this `{` is never closed
    epochs = 3;
