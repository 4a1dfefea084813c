// Things in places that hold others.
dense(3) -> relu;
// <5 error[E017]: a statement stands outside of models and blocks
epochs = 3;

block Hidden(units) {
    const HALF = units / 2;
//  ^^^^^ error[E017]: a `const` stands inside a model or block
    dense(units);
    lr = 3;
//  ^^ error[E017]: the setting `lr` stands outside of recipes
    model Inner { dense(3); }
//  ^^^^^ error[E017]: a `model` stands inside a model or block
    optimizer = "adam";
//  ^^^^^^^^^ error[E017]: the setting `optimizer` stands outside of recipes
}

train Digits {
    dense(3);
//  ^^^^^ error[E017]: a statement stands inside a recipe
    h1: dense(3) -> relu;
//  ^^ error[E017]: a statement stands inside a recipe
    input x: f32[3];
//  ^^^^^ error[E017]: a statement stands inside a recipe
    relu;
//      ^ error[E001]: expected `=`, found `;`
    repeat 3 { dense(3); }
//  ^^^^^^ error[E017]: a statement stands inside a recipe
    const N = 3;
//  ^^^^^ error[E017]: a `const` stands inside a recipe
    epochs = 3;
}

input x: f32[3];
// <5 error[E017]: a statement stands outside of models and blocks
const LAST = 1;
