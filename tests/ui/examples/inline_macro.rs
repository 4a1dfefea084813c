//! Tokens that another macro puts together.

macro_rules! classifier {
    ($name:ident, $layer:ident, $units:expr) => {
        dlm::model! {
            model $name {
                input x: f32[4];
                $layer($units) -> relu;
                dense(3);
                output y: class[3];
            }
        }
    };
}

classifier!(Good, dense, 8);
classifier!(Bad, dens, 8);

fn main() {
    let _ = good::Trainer::new();
}
