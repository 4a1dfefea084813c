//! Two things with one path.
block Pair(units) {
    first: dense(units) -> relu;
    second: dense(units) -> relu;
}

block Deep(units) {
    Pair(units);
}

model Twice {
    input x: f32[8];
    Pair(3);
    Pair(3);
//  ^^^^^^^ error[E122]: `first` inside `Pair` would be the path `first` a second time
//   help: give the call a name of its own: `name: Pair(…)`
    output y: f32[3];
}

model Layers {
    input x: f32[8];
    dense(3) -> dense(4);
    dense_2: dense(3);
//  ^^^^^^^ error[E122]: the name `dense_2` is also the path of a layer
//   help: choose another name: layers are named by their kind, from the second on with a number
    repeat 2 { relu; }
    repeat_2: dense(3);
//  ^^^^^^^^ error[E122]: the name `repeat_2` is also the path of a layer
//   help: choose another name: layers are named by their kind, from the second on with a number
    repeat 2 { relu; }
    output y: f32[3];
}

model Inside {
    input x: f32[8];
    Deep(3) -> Pair(4);
//             ^^^^^^^ error[E122]: `first` inside `Pair` would be the path `first` a second time
//   help: give the call a name of its own: `name: Pair(…)`
    output y: f32[4];
}

model Named {
    input x: f32[8];
    a: Pair(3);
    b: Deep(3);
    Deep(3);
    output y: f32[3];
}

block Inner(units) {
    Pair(units);
    Pair(units);
//  ^^^^^^^^^^^ error[E122]: `first` inside `Pair` would be the path `other.first` a second time
//   help: give the call a name of its own: `name: Pair(…)`
}

model Nested {
    input x: f32[8];
    Deep(3);
    Deep(3);
//  ^^^^^^^ error[E122]: `first` inside `Deep` would be the path `first` a second time
//   help: give the call a name of its own: `name: Deep(…)`
    other: Inner(4);
    output y: f32[4];
}
