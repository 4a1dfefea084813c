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

dlm::model! {
    const SIZE = 4;

    model Several {
        input a: f32[SIZE];
        input b: f32[2, 3];

        wrong: a -> dens(3);
        other: b -> flatten -> dense(1);

        output kind: class[3] = wrong;
        output value: binary = other;
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
    let one: [f32; 3] = model.clone().with_limit(dlm::Level::Portable).predict_one(&[[0.0; 8]; 8]);
    let embedded = net::Net::from_bytes(&model.to_bytes())?.with_threads(2);
    println!("{one:?} {:?}", embedded.predict_one_logits(&[[0.0; 8]; 8]));
    let model = several::Trainer::new().with_limit(dlm::Level::Avx2).model();
    let several::OutputsOfOne { kind, value } =
        model.predict_one(several::InputsOfOne { a: &[0.0; 4], b: &[[0.0; 3]; 2] });
    let (a, b) = (dlm::ndarray::Array2::<f32>::zeros((5, 4)), dlm::ndarray::Array3::<f32>::zeros((5, 2, 3)));
    let outputs: several::Outputs = model.predict(several::Inputs { a: a.view(), b: b.view() });
    println!("{:?} {value} {} {}", kind.map(|x: f32| x), outputs.kind.row(0), outputs.value[0]);
    let tuned = net::fine_tune::Trainer::default();
    println!("{loss} {report:?} {probabilities} {logits} {} {}", tuned.updates(), net::PROGRAM.spec.batch);
    Ok(())
}
