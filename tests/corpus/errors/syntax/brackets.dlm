// Brackets without a partner. Each is one error, wherever it is noticed.
model Unclosed {
    input image: f32[28, 28;
//                  ^ error[E003]: this `[` is never closed
    dense(10 -> relu;
//       ^ error[E003]: this `(` is never closed
    dense((1 + 2) * 3;
//       ^ error[E003]: this `(` is never closed
    dense([1, 2);
//        ^ error[E003]: this `[` is never closed
    dense(f(g(1));
//       ^ error[E003]: this `(` is never closed
    h: dense(10
//          ^ error[E003]: this `(` is never closed
    k: dense(10);
    residual(project = auto { dense(10); }
//          ^ error[E003]: this `(` is never closed
    dense(f([1;
//          ^ error[E003]: this `[` is never closed
    output digit: class[10];
}

model Unmatched {
    input image: f32[28, 28]];
//                          ^ error[E004]: this `]` closes nothing
    dense(10));
//           ^ error[E004]: this `)` closes nothing
    dense(10]);
//          ^ error[E004]: this `]` closes nothing
    dense(1];
//         ^ error[E004]: `(` is closed by `]`
    dense(10; bias = true);
//          ^ error[E001]: expected `,` or `)`, found `;`
    output digit: class[10];
}

// The inner brace is the one that is open, as the indentation says.
model Inner {
    input x: f32[3];
    residual {
//           ^ error[E003]: this `{` is never closed
        dense(3);
    output y: class[3];
}

// The first `}` is one too many.
model Early {
    input x: f32[3];
    residual { dense(3); } }
    output y: class[3];
}
// <1 error[E004]: this `}` closes nothing

// An item begins before this one ends.
train Unmatched {
//              ^ error[E003]: this `{` is never closed
    epochs = 3;

train Inner {
//          ^ error[E003]: this `{` is never closed
    epochs = 3;
