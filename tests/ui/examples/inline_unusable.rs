//! Names that mean something else in the code that a model becomes: one error each, and none of rustc's beside it.

dlm::model! {
    model Net {
        input None: f32[2];
        input größe: f32[2];
        input größe: f32[2];
        x: concat(None, größe) -> dens(3);
        output Ok: class[3];
    }

    model Trainer {
        input PROGRAM: f32[2];
        dense(3);
        output Some: class[3];
    }

    model f32 {
        input x: f32[2];
        dense(3);
        output y: class[3];
    }
}

fn main() {}
