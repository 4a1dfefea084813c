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
    use super::{größe, inline, second, r#struct};

    #[test]
    fn names_that_are_keywords_train() {
        let mut trainer = r#struct::Trainer::new();
        let first = trainer.step(&[1.0, 2.0], &[1.0, 2.0, 3.0], &[1]);
        for _ in 0..100 {
            trainer.step(&[1.0, 2.0], &[1.0, 2.0, 3.0], &[1]);
        }
        assert!(trainer.step(&[1.0, 2.0], &[1.0, 2.0, 3.0], &[1]) < first, "the loss falls");
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
