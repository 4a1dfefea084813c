//! Names that cannot be names in Rust, or are there twice: the language's own errors, and none of rustc's about what stands in
//! the model's place.

dlm::model! {
    model Trainer {
        input None: f32[3];
        input PROGRAM: f32[3];
        input x: f32[2];
        input x: f32[2];

        join: concat(None, PROGRAM, x) -> dense(3);

        output Ok: f32[3] = join;
    }
}

fn main() {
    let mut trainer = trainer::Trainer::new();
    println!("{}", trainer.step(&[0.0; 3], &[0.0; 3], &[0.0; 2], &[0.0; 2], &[0.0; 3]));
}
