//! Augmentations that do not exist, do not fit the model's inputs, or are asked for in another way.
model Net {
    input image: f32[8, 6];
    flatten -> dense(8) -> relu -> dense(3);
    output y: class[3];
}

train Net {
    augment = shift(2);
//            ^^^^^^^^ error[E111]: `augment` is a list of augmentations, not `shift(…)`
//   help: such as `[shift(2), flip]`; `[]` for none
}

train Net as Names {
    augment = [shfit(1), horizontal_flip, translate(2), random_crop(4), gaussian_noise(0.1), qqqqq, 3];
//             ^^^^^ error[E209]: there is no augmentation called `shfit`
//   help: did you mean `shift`?
//                       ^^^^^^^^^^^^^^^ error[E209]: there is no augmentation called `horizontal_flip`
//   help: did you mean `flip`?
//                                        ^^^^^^^^^ error[E209]: there is no augmentation called `translate`
//   help: did you mean `shift`?
//                                                      ^^^^^^^^^^^ error[E209]: there is no augmentation called `random_crop`
//   help: did you mean `crop`?
//                                                                      ^^^^^^^^^^^^^^ error[E209]: there is no augmentation called `gaussian_noise`
//   help: did you mean `noise`?
//                                                                                           ^^^^^ error[E209]: there is no augmentation called `qqqqq`
//   help: there is `shift`, `flip`, `rotate`, `zoom`, `crop`, `cutout`, `brightness`, `contrast`, `noise` and `mixup`
//                                                                                                  ^ error[E111]: an augmentation belongs here, not 3
//   help: there is `shift`, `flip`, `rotate`, `zoom`, `crop`, `cutout`, `brightness`, `contrast`, `noise` and `mixup`
}

train Net as Arguments {
    augment = [
        shift,
//      ^^^^^ error[E109]: `shift` needs `pixels`
//   help: write `shift(pixels)`
        shift(-1),
//            ^^ error[E112]: `pixels` of `shift` is a whole number from 0, not -1
        shift(1.5),
//            ^^^ error[E113]: `pixels` of `shift` is a whole number, not 1.5
//   help: the nearest whole number is 2
        shift(0.2),
//            ^^^ error[E113]: `pixels` of `shift` is a whole number, not 0.2
//   help: the nearest whole number is 0
        flip(probability = 2),
//                         ^ error[E112]: `probability` of `flip` is a number from 0 to 1, not 2
        flip(true, 0.5, 1),
//                      ^ error[E107]: `flip` takes at most 2 arguments: `vertical`, `probability`
        rotate(270),
//             ^^^ error[E112]: `degrees` of `rotate` is a number from 0 to 180, not 270
        zoom(1),
//           ^ error[E112]: `share` of `zoom` is a number from 0 to 1 (excluded), not 1
        crop(2, border = mirror),
//                       ^^^^^^ error[E115]: `border` of `crop` is `fill`, `edge` or `reflect`, not `mirror`
        cutout(2, color = 1),
//                ^^^^^ error[E106]: `cutout` has no argument `color`
//   help: its arguments are `size`, `fill`
        brightness(30),
//                 ^^ error[E112]: `share` of `brightness` is a number from 0 to 1, not 30
        contrast(1.5),
//               ^^^ error[E112]: `share` of `contrast` is a number from 0 to 1, not 1.5
        noise(-1),
//            ^^ error[E112]: `std` of `noise` is a number from 0, not -1
        mixup(0),
//            ^ error[E112]: `alpha` of `mixup` is a number above 0, not 0
        mixup(0.2, inputs = [image]),
//                 ^^^^^^ error[E106]: `mixup` has no argument `inputs`
//   help: its arguments are `alpha`
    ];
}

train Net as Sizes {
    augment = [shift(5), shift(6), crop(6), crop(padding = 7, fill = 1), cutout(6), cutout(8)];
//                             ^ error[E112]: `pixels` of `shift` is below 6 for an image of 8 by 6, not 6
//                                      ^ error[E112]: `padding` of `crop` is below 6 for an image of 8 by 6, not 6
//                                                         ^ error[E112]: `padding` of `crop` is below 6 for an image of 8 by 6, not 7
//                                                                                         ^ error[E112]: `size` of `cutout` is at most 6 for an image of 8 by 6, not 8
}

train Net as Twice {
    augment = [mixup(0.2), shift(1), mixup(alpha = 0.4)];
//                                   ^^^^^ error[E208]: `mixup` is there twice
//   help: leave out one of them: a sample is mixed with one other
}

train Net as Selected {
    augment = [
        noise(1, inputs = image),
//                        ^^^^^ error[E111]: a list of inputs belongs here, not `image`
//   help: such as `[image]`
        noise(1, inputs = []),
//                        ^^ error[E213]: an empty list selects nothing
//   help: leave `inputs` out for all that it can change
        noise(1, inputs = [imge]),
//                         ^^^^ error[E102]: `Net` has no input called `imge`
//   help: did you mean `image`?
        noise(1, inputs = [other, 2]),
//                         ^^^^^ error[E102]: `Net` has no input called `other`
//   help: there is `image`
//                                ^ error[E111]: the name of an input belongs here, not 2
//   help: there is `image`
        noise(1, inputs = [image], inputs = [image]),
//                                 ^^^^^^ error[E108]: `inputs` is given twice
//   help: leave out one of them
    ];
}

// Nothing is wrong with these.
train Net as Fine {
    augment = [
        shift(2, fill = -1),
        flip,
        flip(vertical = true, probability = 1),
        rotate(180),
        zoom(0.1),
        crop(5, border = reflect),
        cutout(6),
        brightness(1),
        contrast(0),
        noise(0, inputs = [image]),
        mixup(1e-3),
        shift(0),
    ];
}

train Net as Silenced like Fine {
    augment = [];
}

model Flat {
    input left: f32[9];
    input right: f32[3, 3, 1];
    f: right -> flatten;
    concat(left, f) -> dense(1);
    output y: binary;
}

// Images alone are changed.
train Flat { augment = [shift(1), noise(0.5)]; }

train Flat as Wrong { augment = [rotate(10, inputs = [left, right])]; }
//                                                    ^^^^ error[E219]: `rotate` changes images, and `left` is none: f32[9]
//   help: images are declared as `f32[height, width]` or `f32[height, width, channels]`, and `flatten` comes before `dense`; `noise` and `mixup` are for inputs of any shape

model Row {
    input x: f32[64];
    dense(2);
    output y: f32[2];
}

train Row { augment = [noise(0.1), mixup(0.2), contrast(0.2)]; }
//                                             ^^^^^^^^ error[E219]: `contrast` changes images, and `x` is none: f32[64]
//   help: images are declared as `f32[height, width]` or `f32[height, width, channels]`, and `flatten` comes before `dense`; `noise` and `mixup` are for inputs of any shape
