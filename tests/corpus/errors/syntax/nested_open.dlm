// The file ends inside parentheses inside braces: one error, at the innermost.
model Open {
    input x: f32[3];
    dense(3
//       ^ error[E003]: this `(` is never closed
