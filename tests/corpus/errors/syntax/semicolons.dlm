// `;` is missing: at line ends, before braces, before the next item, at the end of the file.
const CLASSES = 10
//              ^^ error[E002]: expected `;` after the value of `CLASSES`
const HALF = CLASSES / 2;

block Hidden(units) {
    dense(units) -> relu
//                  ^^^^ error[E002]: expected `;` after `relu`
}

model Digits {
    input image: f32[28, 28]
//                         ^ error[E002]: expected `;` after the input `image`
    flatten
//  ^^^^^^^ error[E002]: expected `;` after `flatten`
    h1: Hidden(300)
//                ^ error[E002]: expected `;` after `Hidden`
    repeat 2 { dense(30) -> relu }
//                          ^^^^ error[E002]: expected `;` after `relu`
    residual { dense(30); }
    h2 Hidden(30);
//  ^^ error[E002]: expected `:`, `->` or `;` after `h2`
    dense(30) relu;
//          ^ error[E002]: expected `->` or `;` after `dense`
    h3: dense(30) relu -> elu;
//              ^ error[E002]: expected `->` or `;` after `dense`
    output digit: class[CLASSES]
//                             ^ error[E002]: expected `;` after the output `digit`
}

train Digits {
    batch = 64
//          ^^ error[E002]: expected `;` after the setting `batch`
    optimizer = adam(lr = 1e-3)
//                            ^ error[E002]: expected `;` after the setting `optimizer`

    /// documented
    epochs = 3
//           ^ error[E002]: expected `;` after the setting `epochs`
}

const LAST = 1
//           ^ error[E002]: expected `;` after the value of `LAST`
