//! A model with one error gives one error, however much code uses it.

dlm::model! {
    model Net {
        input image: f32[8, 8];

        flatten -> dens(3);

        output digit: class[3];
    }

    train Net {}

    train Net as FineTune like Net {
        epochs = 3;
    }
}

fn main() -> Result<(), dlm::Error> {
    let mut trainer = net::Trainer::with_seed(7).with_threads(2);
    let loss: f32 = trainer.step(&[0.0; 64], &[0]);
    let data = net::Trainer::dataset(&[0.0; 64], &[1])?;
    let report = trainer.fit(&data, &mut dlm::Progress::silent())?;
    let model: net::Net = trainer.model();
    model.save("net.safetensors")?;
    let model = net::Net::load("net.safetensors")?;
    let images = dlm::ndarray::Array3::<f32>::zeros((1, 8, 8));
    let probabilities: dlm::ndarray::Array2<f32> = model.predict(images.view());
    let logits = model.predict_logits(images.view());
    let tuned = net::fine_tune::Trainer::default();
    println!("{loss} {report:?} {probabilities} {logits} {} {}", tuned.updates(), net::PROGRAM.spec.batch);
    Ok(())
}
