model Twice {
    input x: f32[3];
    output y: f32[3];
}
}
// <1 error[E004]: this `}` closes nothing

const A = 1;
