//! Several errors in one text: each at its own tokens.

dlm::model! {
    model Net {
        input x: f32[4];

        dense(3 3) -> elu;
        h1: dense(3), elu;
        dense(2)

        output y: class[2];
    }

    train Net {
        epochs: 3;
    }
}

fn main() {}
