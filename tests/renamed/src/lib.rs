//! Models under every lint that a careful crate may deny, in a crate that calls the dependency `networks`.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unused_qualifications)]
#![deny(clippy::all, clippy::pedantic)]

networks::model!("models/several.dlm");

/// A name that is in use already means nothing to another module.
pub mod inline {
    networks::model! {
        //! Written in place.

        model Second {
            input x: f32[2];
            dense(1);
            output y: f32[1];
        }

        train Second { batch = 2; }
    }
}

#[cfg(test)]
mod tests {
    use networks::ndarray::{Array, Ix2, array};

    use super::{größe, inline, second, r#struct, third, wide};

    #[test]
    fn names_that_are_keywords_train() {
        let mut trainer = r#struct::Trainer::new();
        let first = trainer.step(&[1.0, 2.0], &[1.0, 2.0, 3.0], &[1]);
        for _ in 0..100 {
            trainer.step(&[1.0, 2.0], &[1.0, 2.0, 3.0], &[1]);
        }
        assert!(trainer.step(&[1.0, 2.0], &[1.0, 2.0, 3.0], &[1]) < first, "the loss falls");
    }

    fn ramp(len: usize) -> impl Iterator<Item = f32> {
        (0..len).map(|i| f32::from(u8::try_from(i % 97).unwrap()) / 50.0 - 1.0)
    }

    #[test]
    fn several_inputs_have_their_names() {
        let model: r#struct::Struct = r#struct::Trainer::new().model();
        let (kinds, functions) = (array![[1.0, 2.0], [3.0, 4.0]], array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        let rows = || r#struct::Inputs { r#type: kinds.view(), r#fn: functions.view() };
        let (found, logits): (Array<f32, Ix2>, Array<f32, Ix2>) = (model.predict(rows()), model.predict_logits(rows()));
        let all = |probabilities| model.predict_all(&[kinds.view().into_dyn(), functions.view().into_dyn()], probabilities);
        assert_eq!((found.clone().into_dyn(), logits.clone().into_dyn()), (all(true).remove(0), all(false).remove(0)));
        let one = r#struct::InputsOfOne { r#type: &[3.0, 4.0], r#fn: &[4.0, 5.0, 6.0] };
        let (one, one_logits): ([f32; 2], [f32; 2]) = (model.predict_one(one), model.predict_one_logits(one));
        assert_eq!((&one[..], &one_logits[..]), (found.row(1).as_slice().unwrap(), logits.row(1).as_slice().unwrap()));
    }

    #[test]
    fn several_outputs_have_their_names_and_types() {
        let model = third::Trainer::with_seed(5).model();
        let inputs = (Array::from_iter(ramp(12)).into_shape_with_order((2, 2, 3)).unwrap(), array![[0.1; 4], [-0.2; 4]]);
        let outputs = model.predict(third::Inputs { Third: inputs.0.view(), X: inputs.1.view() });
        assert_eq!((outputs.result.dim(), outputs.grids.dim(), outputs.larger.dim()), (2, (2, 2, 3), (2, 1000, 5)));
        let mut first: Vec<f32> = ramp(12).collect();
        let second = first.split_off(6);
        for (row, sample) in [first, second].iter().enumerate() {
            let sample: &[[f32; 3]; 2] = sample.as_chunks().0.try_into().unwrap();
            let one = model.predict_one(third::InputsOfOne { Third: sample, X: &[[0.1; 4], [-0.2; 4]][row] });
            let third::OutputsOfOne { probabilities, result, flags_of_it, grids, larger } = one;
            let of = |array: &Array<f32, Ix2>| array.row(row).to_vec();
            assert_eq!(of(&outputs.probabilities), probabilities);
            assert_eq!(outputs.result[row].to_bits(), result.to_bits());
            assert_eq!(of(&outputs.flags_of_it), flags_of_it);
            let of = |array: &Array<f32, networks::ndarray::Ix3>| {
                array.outer_iter().nth(row).unwrap().iter().copied().collect::<Vec<_>>()
            };
            assert_eq!(of(&outputs.grids), grids.as_flattened());
            let larger: Box<[[f32; 5]; 1000]> = larger;
            assert_eq!(of(&outputs.larger), larger.as_flattened());
        }
    }

    #[test]
    fn copies_are_models_of_the_same_type() {
        let model = second::Trainer::new().with_threads(2).with_limit(networks::Level::Portable).model();
        let copy: second::Second = model.clone().with_threads(2).with_limit(networks::Level::Portable);
        assert_eq!(
            (model.predict_one(&[0.3, -2.0]), copy.predict_one(&[0.3, -2.0])),
            (copy.predict_one(&[0.3, -2.0]), model.predict(array![[0.3, -2.0]].view())[0])
        );
        let loaded = second::Second::from_bytes(&model.to_bytes()).unwrap();
        assert_eq!(loaded.predict_one_logits(&[0.5, 0.5]).to_bits(), copy.predict_one_logits(&[0.5, 0.5]).to_bits());
    }

    #[test]
    fn a_step_without_optimisation_fits_on_a_small_stack() {
        // Windows gives the main thread 1 MiB, of which a program wants some for itself.
        let rows = 4096;
        let train = move || {
            let mut trainer = wide::Trainer::new();
            let samples: Vec<f32> = ramp(rows * 8).collect();
            let loss = trainer.step(&samples, &samples);
            let model = trainer.model();
            (loss, model.predict_one(&[0.5; 8]), model.predict(Array::from_shape_vec((rows, 8), samples).unwrap().view()))
        };
        let thread = std::thread::Builder::new().stack_size(640 << 10).spawn(train).unwrap();
        let (loss, one, all) = thread.join().unwrap();
        assert!(loss.is_finite() && one.iter().all(|value| value.is_finite()) && all.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn names_may_be_of_any_script() {
        let spec = größe::PROGRAM.spec;
        assert_eq!((spec.inputs[0].name, spec.outputs[0].name), ("länge", "重み"));
        assert!(spec.parameters.iter().any(|parameter| parameter.name == "é.dense.weight"), "{:?}", spec.parameters);
    }

    #[test]
    fn each_recipe_has_its_own_module() {
        assert_eq!(r#struct::Trainer::new().spec().recipe.optimizer, r#struct::PROGRAM.spec.recipe.optimizer);
        assert_eq!(r#struct::r#loop::PROGRAM.spec.recipe.optimizer, "sgd");
        assert_eq!(r#struct::r#loop::PROGRAM.spec.batch, 4, "`like` takes over what is not written");
    }

    #[test]
    fn models_of_one_name_in_two_modules_are_two() {
        assert_eq!(second::PROGRAM.spec.outputs[0].loss, "binary_cross_entropy");
        assert_eq!(inline::second::PROGRAM.spec.outputs[0].loss, "mse");
    }
}
