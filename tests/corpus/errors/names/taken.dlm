//! One namespace: nothing hides anything else.

const relu = 3;
//    ^^^^ error[E101]: `relu` is already the name of an activation
//   help: choose another name: no name hides another
const SIZE = 8;
const SIZE = 9;
//    ^^^^ error[E101]: `SIZE` is already the name of a const
//   help: choose another name: no name hides another

block he_normal(units) {
//    ^^^^^^^^^ error[E101]: `he_normal` is already the name of an initialiser
//   help: choose another name: no name hides another
    dense(units);
}

block Hidden(units, units, SIZE, dense) {
//                  ^^^^^ error[E101]: `units` is already the name of a parameter of the block
//   help: choose another name: no name hides another
//                         ^^^^ error[E101]: `SIZE` is already the name of a const
//   help: choose another name: no name hides another
//                               ^^^^^ error[E101]: `dense` is already the name of a layer
//   help: choose another name: no name hides another
    inner: dense(units) -> relu;
    inner: dense(3);
//  ^^^^^ error[E101]: `inner` is already the name of a value
//   help: choose another name: no name hides another
    units: dense(3);
//  ^^^^^ error[E101]: `units` is already the name of a parameter of the block
//   help: choose another name: no name hides another
}

block Hidden(n) {
//    ^^^^^^ error[E101]: `Hidden` is already the name of a block
//   help: choose another name: no name hides another
    dense(n);
}

model Net {
    input x: f32[8];
    input x: f32[8];
//        ^ error[E101]: `x` is already the name of a value
//   help: choose another name: no name hides another
    SIZE: x -> dense(3);
//  ^^^^ error[E101]: `SIZE` is already the name of a const
//   help: choose another name: no name hides another
    Hidden: x -> dense(3);
//  ^^^^^^ error[E101]: `Hidden` is already the name of a block
//   help: choose another name: no name hides another
    project: x -> dense(3);
//  ^^^^^^^ error[E101]: `project` is already the name of a layer
//   help: choose another name: no name hides another
    a: x -> dense(3);
    a: x -> dense(4);
//  ^ error[E101]: `a` is already the name of a value
//   help: choose another name: no name hides another
    output a: f32[3] = a;
//         ^ error[E101]: `a` is already the name of a value
//   help: choose another name: no name hides another
}

model Net {
//    ^^^ error[E101]: `Net` is already the name of a model
//   help: choose another name: no name hides another
    input x: f32[3];
    dense(3);
    output y: f32[3];
}

model NET {
//    ^^^ error[E101]: `NET` and `Net` would both become the module `net`
//   help: give one of the models another name
    input x: f32[3];
    dense(3);
    output y: f32[3];
}
