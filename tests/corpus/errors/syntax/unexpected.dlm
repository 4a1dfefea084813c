// Everything else.
modle Digits {
// <5 error[E001]: expected `const`, `block`, `model` or `train`, found `modle`
    input image: f32[28, 28];
    output digit: class[10];
}

const;
//   ^ error[E001]: expected a name, found `;`
const A 3;
//      ^ error[E001]: expected `=`, found `3`
const B = ;
//        ^ error[E001]: expected a value, found `;`
const C = 1 +;
//           ^ error[E001]: expected a value, found `;`
const D = * 2;
//        ^ error[E001]: expected a value, found `*`
const E = (1 2);
//           ^ error[E001]: expected `,` or `)`, found `2`
const F = a.b(3);
//           ^ error[E001]: expected `;`, found `(`
const G = a.3;
//          ^ error[E001]: expected a name, found `3`
const H = [1, , 2];
//            ^ error[E001]: expected a value or `]`, found `,`
const I = f(a = );
//              ^ error[E001]: expected a value, found `)`
const J = f(a = 1 b = 2);
//                ^ error[E001]: expected `,` or `)`, found `b`
const K = 1 2;
//          ^ error[E001]: expected `;`, found `2`
const L = h[0..];
//             ^ error[E001]: expected a value, found `]`
const M = h[0:2];
//           ^ error[E001]: expected `]`, found `:`
const N = -> 3;
//        ^^ error[E001]: expected a value, found `->`

block Hidden {
//           ^ error[E001]: expected `(`, found `{`
    dense(3);
}

block Other(units rate) {
//                ^^^^ error[E001]: expected `=`, `,` or `)`, found `rate`
    dense(3);
}

model 3 {
//    ^ error[E001]: expected a name, found `3`
    dense(3);
}

train {
//    ^ error[E001]: expected a name, found `{`
    epochs = 3;
}

train Digits as {
//              ^ error[E001]: expected a name, found `{`
    epochs = 3;
}

model Rest {
    input x f32[3];
//          ^^^ error[E001]: expected `:`, found `f32`
    input y: ;
//           ^ error[E001]: expected a type, such as `f32[28, 28]` or `class[10]`, found `;`
    input z: f32[3] f32;
//                ^ error[E002]: expected `;` after the input `z`
    input w: f32[3] = 3;
//                  ^ error[E001]: expected `;`, found `=`
    -> relu;
//  ^^ error[E001]: expected a statement, found `->`
    relu -> -> elu;
//          ^^ error[E001]: expected a layer, found `->`
    relu -> ;
//          ^ error[E001]: expected a layer, found `;`
    h1: ;
//      ^ error[E001]: expected a layer, found `;`
    h1: h2: relu;
//        ^ error[E001]: expected `(`, `->` or `;`, found `:`
    repeat { dense(3); }
//         ^ error[E001]: expected a value, found `{`
    repeat 3 dense(3);
//           ^^^^^ error[E001]: expected `{`, found `dense`
    residual dense(3);
//           ^^^^^ error[E001]: expected `(` or `{`, found `dense`
    residual(project) -> relu;
//                    ^^ error[E001]: expected `{`, found `->`
    dense 3;
//        ^ error[E001]: expected `:`, `(`, `->` or `;`, found `3`
    dense(3) {};
//           ^ error[E001]: expected `->` or `;`, found `{`
    (dense(3));
//  ^ error[E001]: expected a statement, found `(`
    "text";
//  ^^^^^^ error[E001]: expected a statement, found `"text"`
    ;
//  ^ error[E001]: expected a statement, found `;`
    dense(3), relu;
//          ^ error[E001]: expected `->` or `;`, found `,`
    dense.relu;
//       ^ error[E001]: expected `:`, `(`, `->` or `;`, found `.`
    dense[3];
//       ^ error[E001]: expected `:`, `(`, `->` or `;`, found `[`
    input u: f32(3);
//              ^ error[E001]: expected `;`, found `(`
    output t: class(3);
//                 ^ error[E001]: expected `=` or `;`, found `(`
    output v: class[10] = dense(3);
//                             ^ error[E001]: expected `;`, found `(`
    output;
//        ^ error[E001]: expected a name, found `;`
}

train Rest {
    epochs;
//        ^ error[E001]: expected `=`, found `;`
    epochs 3;
//         ^ error[E001]: expected `=`, found `3`
    epochs = ;
//           ^ error[E001]: expected a value, found `;`
    epochs = 3 4;
//             ^ error[E001]: expected `;`, found `4`
    loss = cross_entropy -> mse;
//                       ^^ error[E001]: expected `;`, found `->`
    optimizer = adam(lr = 1e-3;
//                  ^ error[E003]: this `(` is never closed
    = 3;
//  ^ error[E001]: expected a setting, `key = value;`, found `=`
    "epochs" = 3;
//  ^^^^^^^^ error[E001]: expected a setting, `key = value;`, found `"epochs"`
}

const
// <5 error[E001]: expected a name, found the end of the file
