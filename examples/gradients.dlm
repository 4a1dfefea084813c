//! Where gradients go in a deep network, and what becomes of it: twenty hidden layers on digits of 8 by 8 pixels, four times.
//! What changes from one to the next is the activation, how weights begin, and whether there is batch normalisation; all
//! else is the same.

const DEPTH = 20;
const UNITS = 100;

/// Twenty layers of one activation, whose weights begin in one way.
block Deep(weights, activation) {
    flatten;
    // Saturating activations in a deep stack, and nothing that normalises it: what the first models are about.
    #[allow(W001)]
    #[allow(W003)]
    hidden: repeat DEPTH { dense(UNITS, init = weights) -> activation; }
    head: dense(10, init = weights);
}

/// As it was done before 2010: sigmoid, and weights uniform within ±1/√fan_in, which Glorot and Bengio (2010, equation 1) call
/// the commonly used heuristic. Their deviation is 1/√3 of what LeCun's is. (Some books have normal(0, 1) in this place. That is
/// another story: such weights are so large that gradients do not vanish, but every third unit is dead.)
model Before2010 {
    input image: f32[8, 8]; // grey values from 0 to 16
    Deep(lecun_uniform(gain = 0.5773502691896258), sigmoid);
    output digit: class[10];
}

/// What Glorot and Bengio found in 2010: tanh, and weights that keep the variance of signals on their way there and back.
model Xavier {
    input image: f32[8, 8];
    Deep(xavier_uniform, tanh);
    output digit: class[10];
}

/// ELU, which does not saturate for positive values (Clevert et al. 2015), and weights that make up for the half that is lost
/// below 0 (He et al. 2015).
model He {
    input image: f32[8, 8];
    Deep(he_normal, elu);
    output digit: class[10];
}

/// The same with batch normalisation (Ioffe and Szegedy 2015), which keeps signals steady in the course of training too.
model Normalized {
    input image: f32[8, 8];
    flatten;
    hidden: repeat DEPTH { dense(UNITS, init = he_normal) -> batch_norm -> elu; }
    head: dense(10, init = he_normal);
    output digit: class[10];
}

train Before2010 {
    data      = csv("data/digits.csv", label = "digit");
    split     = (test = 0.2, stratify = true);
    normalize = scale(1 / 16);
    // Adam would scale small gradients up, and hide some of it. With twice this rate `He` diverges, and `Normalized` does not.
    optimizer = momentum(lr = 0.005);
    batch     = 64;
    epochs    = 15;
    seed      = 42;
    watch     = signals; // at the first step of each epoch
}

train Xavier {
    data      = csv("data/digits.csv", label = "digit");
    split     = (test = 0.2, stratify = true);
    normalize = scale(1 / 16);
    optimizer = momentum(lr = 0.005);
    batch     = 64;
    epochs    = 15;
    seed      = 42;
    watch     = signals;
}

train He {
    data      = csv("data/digits.csv", label = "digit");
    split     = (test = 0.2, stratify = true);
    normalize = scale(1 / 16);
    optimizer = momentum(lr = 0.005);
    batch     = 64;
    epochs    = 15;
    seed      = 42;
    watch     = signals;
}

train Normalized {
    data      = csv("data/digits.csv", label = "digit");
    split     = (test = 0.2, stratify = true);
    normalize = scale(1 / 16);
    optimizer = momentum(lr = 0.005);
    batch     = 64;
    epochs    = 15;
    seed      = 42;
    watch     = signals;
}
