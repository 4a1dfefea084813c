//! Names and shapes: the smallest span, what was meant, the way that led there.

dlm::model! {
    model Net {
        input image: f32[8, 8];

        h1: dens(3);
        h2: image -> dense(10) -> elu;
        output y: class[10];
    }

    train Net {
        optimiser = adam(lr = 1e-3);
        batch     = 2.5;
        loss      = cross_entropi;
        schedule  = exponential(rate = 0.9, every = 1 / 4);
    }
}

fn main() {}
