// What the language has no use for.
/* a block
// <2 error[E005]: there are no block comments
   /* nested */
   comment */
# a comment of another language
// <1 error[E011]: `#` does not begin a comment
const WIDTH = 3 @ 4;
//              ^ error[E011]: the character `@` has no meaning here
const HÖHE = 3;
const x² = 3;
//    ^^ error[E011]: the name `x²` holds a character that names do not have: `²`
const n½n = 3;
//    ^^^ error[E011]: the name `n½n` holds a character that names do not have: `½`
const _ = 3;
//    ^ error[E011]: `_` alone is not a name
const NAME = 'single';
//           ^^^^^^^^ error[E011]: strings do not stand between `'` and `'`
const OTHER = “curly”;
//            ^^^^^^^ error[E011]: strings do not stand between `“` and `”`
const OPEN = 'single;
//           ^^^^^^^^ error[E006]: this string does not end on its line
const SPACE = 1;
const MARK = 1​2;
//            ^ error[E011]: the invisible character U+200B has no meaning here
const SHOUT = !1;
//            ^ error[E011]: the character `!` has no meaning here

model M {
    input x: f32[3];
    dense(3) => relu ~> relu |> relu → relu;
//           ^^ error[E018]: there is no operator `=>`
//                   ^^ error[E018]: there is no operator `~>`
//                           ^^ error[E018]: there is no operator `|>`
//                                   ^ error[E018]: there is no operator `→`
    dense(3) --> relu;
//           ^^^ error[E018]: there is no operator `-->`
    dense(2 ** 3) -> dense(2 ^ 3) -> dense(10 % 3);
//          ^^ error[E018]: there is no operator `**`
//                           ^ error[E018]: there is no operator `^`
//                                            ^ error[E018]: there is no operator `%`
    dense(units := 3, bias == true);
//              ^^ error[E018]: there is no operator `:=`
//                         ^^ error[E018]: there is no operator `==`
    output y: f32[3];
}

train M {
    reuse = weights("w", layers = [h::dense, h[0..=2], h[0...2]]);
//                                  ^^ error[E018]: there is no operator `::`
//                                              ^^^ error[E018]: there is no operator `..=`
//                                                        ^^^ error[E018]: there is no operator `...`
    lr = 3 – 3 × 2 − 1;
//         ^ error[E018]: there is no operator `–`
//             ^ error[E018]: there is no operator `×`
//                 ^ error[E018]: there is no operator `−`
    batch = 3 < 4;
//            ^ error[E018]: there is no operator `<`
    data = csv(“x.csv”); /* after */
//             ^^^^^^^ error[E011]: strings do not stand between `“` and `”`
//                       ^^ error[E005]: there are no block comments
}
