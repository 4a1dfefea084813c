const A = B + 1;
const B = C * 2;
const C = A;
//        ^ error[E116]: the value of `A` depends on itself
//   help: give one of the consts a value of its own
const D = D;
//        ^ error[E116]: the value of `D` depends on itself
//   help: give one of the consts a value of its own

block First(n) {
    dense(n) -> Second(n);
}

block Second(n) {
    repeat 2 { residual { First(n); } }
//                        ^^^^^ error[E117]: block `First` contains itself
//   note: the way round is `First` -> `Second` -> `First`
//   help: to use a block several times, call it several times or write `repeat N { … }`
}

block Own(n) {
    Own(n);
//  ^^^ error[E117]: block `Own` contains itself
//   help: to use a block several times, call it several times or write `repeat N { … }`
}

model Net {
    input x: f32[3];
    First(3) -> Own(A);
    output y: f32[3];
}
