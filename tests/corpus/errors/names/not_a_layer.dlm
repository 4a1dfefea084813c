const SIZE = 10;

block Hidden(units, activation, rate) {
    dense(units) -> activation -> activation(0.2) -> rate;
//                                ^^^^^^^^^^ error[E104]: `activation` is an activation with its arguments and takes no others
//   help: write the arguments where the block is called
//                                                   ^^^^ error[E104]: `rate` is 0.5, not a layer
//   help: of a block's parameters only activations can be links of a chain
}

model Net {
    input x: f32[8];
    a: dense(3) -> relu;
    SIZE -> dense(3);
//  ^^^^ error[E104]: `SIZE` is a const, not a layer
    he_normal -> dense(3);
//  ^^^^^^^^^ error[E104]: `he_normal` is an initialiser, not a layer
    dense(3) -> a;
//              ^ error[E104]: `a` is a value; a value can only begin a chain
//   help: to join it with another value, name that one too and write `add(a, other)`
    a(3) -> dense(3);
//  ^ error[E104]: `a` is a value and takes no arguments
//   help: to go on from it, write `a -> …`
    b: dense(4) -> add(a, x);
//                 ^^^ error[E104]: `add` joins the values that it names; the one before it would be lost
//   help: end the statement before it, name it, and begin a new one with `add(that_name, …)`
    Hidden(3, elu, 0.5);
    output y: f32[3];
}
