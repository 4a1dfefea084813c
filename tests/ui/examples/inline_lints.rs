//! Lints are warnings at the token that they are about, and can be silenced.

dlm::model! {
    model Loud {
        input x: f32[4];
        dense(8) -> elu -> dense(8) -> dropout(0.2);
        output y: f32[8];
    }
}

dlm::model! {
    #![allow(W008)]

    model Quiet {
        input x: f32[4];
        dense(8) -> elu -> dense(8) -> dropout(0.2);
        output y: f32[8];
    }
}

fn main() {}
