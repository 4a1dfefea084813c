// The `{` after a head is missing; what follows is read all the same.
model Digits
    input x: f32[3];
//  ^^^^^ error[E001]: expected `{`, found `input`
    output y: f32[3]
//                 ^ error[E002]: expected `;` after the output `y`
}

train Digits as Quick like Slow
    epochs = 3;
//  ^^^^^^ error[E001]: expected `{`, found `epochs`
}

model Next {
    input x: f32[3];
    output y: f32[3];
}
