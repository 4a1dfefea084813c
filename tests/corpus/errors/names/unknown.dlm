//! Names that stand for nothing.
const UNITS = 10;

block Hidden(units) {
    dense(unit) -> relu;
//        ^^^^ error[E102]: nothing is called `unit` here
//   help: did you mean `units`?
    outside -> dense(3);
//  ^^^^^^^ error[E103]: there is no layer, activation, block or value called `outside` here
}

model Net {
    input image: f32[8];
    outside: desne(3) -> relu -> reul;
//           ^^^^^ error[E103]: there is no layer, activation or block called `desne`
//   help: did you mean `dense`?
//                               ^^^^ error[E103]: there is no layer, activation or block called `reul`
//   help: did you mean `relu`?
    Hiden(3);
//  ^^^^^ error[E103]: there is no layer, activation or block called `Hiden`
//   help: did you mean `Hidden`?
    dense(UNIT);
//        ^^^^ error[E102]: nothing is called `UNIT` here
//   help: did you mean `UNITS`?
    dense(3, init = he_norm);
//                  ^^^^^^^ error[E102]: nothing is called `he_norm` here
//   help: did you mean `he_normal`?
    dense(3, init = he_normal(gain = ALPHA));
//                                   ^^^^^ error[E102]: nothing is called `ALPHA` here
    dense(3, bias = flase);
//                  ^^^^^ error[E102]: nothing is called `flase` here
//   help: did you mean `false`?
    imge -> dense(3);
//  ^^^^ error[E103]: there is no layer, activation, block or value called `imge` here
//   help: did you mean `image`?
    add(outside, imag, nothing_like_it);
//               ^^^^ error[E102]: no value is called `imag` here
//   help: did you mean `image`?
//                     ^^^^^^^^^^^^^^^ error[E102]: no value is called `nothing_like_it` here
//   help: name a statement to use its value: `nothing_like_it: …;`
    image -> dense(zzz) -> Hidden(3);
//                 ^^^ error[E102]: nothing is called `zzz` here
    output y: f32[3] = outsid;
//                     ^^^^^^ error[E102]: no value is called `outsid` here
//   help: did you mean `outside`?
}
