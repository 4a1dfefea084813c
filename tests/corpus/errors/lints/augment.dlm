//! Noise in the wrong units, and images in another order.
model Net {
    input image: f32[3, 8, 9];
    input grey: f32[3, 9];
    a: image -> flatten;
    b: grey -> flatten;
    concat(a, b) -> dense(8) -> relu -> dense(3);
    output y: class[3];
}

train Net {
    augment   = [noise(0.1), flip, noise(std = 0.2, inputs = [grey]), rotate(10, inputs = [grey])];
//                     ^^^ warning[W027]: `noise(0.1)` is next to nothing: `normalize` makes a deviation of about 0.000392 of it
//   note: noise is added to values as they are read, before they are normalised
//   help: for a deviation of 0.1 in the network write `noise(25.5)`
//                           ^^^^ warning[W028]: `flip` takes `image`, f32[3, 8, 9], for 3 rows of 8 pixels with 9 channels each
//   note: images are f32[height, width, channels]: the channels of a pixel stand side by side
//   help: declare f32[8, 9, 3], and give the data in that order
//                                             ^^^ warning[W027]: `noise(0.2)` is next to nothing: `normalize` makes a deviation of about 0.000784 of it
//   note: noise is added to values as they are read, before they are normalised
//   help: for a deviation of 0.2 in the network write `noise(51)`
    normalize = scale(1 / 255);
}

train Net as Fine {
    augment   = [noise(0.5), noise(0), brightness(0.1, inputs = [grey]), mixup(0.2)];
    normalize = scale(1 / 255);
}

train Net as Other {
    augment   = [noise(1e-6)];
    normalize = standard;
}

train Net as Silenced {
    #[allow(W027, W028)]
    augment   = [noise(0.01), zoom(0.1)];
    normalize = scale(-1 / 16);
}
