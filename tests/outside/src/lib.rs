//! A training that needs nothing of the system: no file, no clock, no threads.

dlm::model! {
    model Quadrants {
        input x: f32[8, 8];

        flatten;
        dense(96) -> batch_norm -> elu -> dropout(0.1);
        dense(48) -> batch_norm -> elu;
        dense(4);

        output quadrant: class[4];
    }

    train Quadrants {
        split     = (validation = 0.25);
        normalize = standard;
        optimizer = adam;
        batch     = 64;
        epochs    = 8;
    }
}

/// Trains on images with one bright spot each; what came of it, and a probability of the model that its weights make elsewhere.
///
/// # Errors
/// None is expected.
pub fn train() -> Result<(dlm::Report, f32), dlm::Error> {
    let mut state = 1_u32;
    let mut random = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % below
    };
    let (mut images, mut quadrants) = (Vec::new(), Vec::new());
    for _ in 0..1024 {
        let (row, column) = (random(8), random(8));
        images.extend((0..64).map(|pixel| if pixel == row * 8 + column { 9.0 } else { random(4) as f32 }));
        quadrants.push(row / 4 * 2 + column / 4);
    }
    let mut trainer = quadrants::Trainer::new();
    let report = trainer.fit(&quadrants::Trainer::dataset(&images, &quadrants)?, &mut dlm::Progress::silent())?;
    let model = quadrants::Quadrants::from_bytes(&trainer.to_bytes())?;
    let mut corner = [[0.0; 8]; 8];
    corner[7][0] = 9.0;
    Ok((report, model.predict_one(&corner)[2]))
}

/// The validation loss of [`train`], for browsers; NaN if it failed.
#[unsafe(no_mangle)]
pub extern "C" fn validation_loss() -> f64 {
    train().ok().and_then(|(report, _)| report.validation).map_or(f64::NAN, |validation| validation.loss)
}
