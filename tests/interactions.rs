//! Techniques beside one another: what one does must hold under the others.

mod support;

use dlm_cli::aot::{self, Effort, Options};
use dlm_compiler::compile::{CompileOptions, Compiled, compile};
use dlm_runtime::{Dataset, Figure, Program, Progress, Trainer};
use support::Numbers;

const SOURCE: &str = r#"
model Net {
    input x: f32[4];
    h1: dense(6) -> batch_norm(statistics = exact) -> relu;
    h2: dense(5) -> tanh;
    head: dense(3);
    output y: class[3];
}

train Net {
    batch = 8;
    watch = signals(every = steps(1));
    loss  = cross_entropy(class_weights = [1, 5, 0]);
    split = (validation = 0.5);
    epochs = 2;
}

/// The lower layers learn later.
train Net as Thawing like Net {
    freeze   = [h1];
    unfreeze = [(h1, epochs(1))];
}

/// They never do, since it ends before.
train Net as Frozen like Net {
    freeze   = [h1];
    unfreeze = [(h1, epochs(50))];
}

train Net as Gathered like Net { accumulate = 4; }

/// The same evaluation by batches of another size; nothing is learned.
train Net as Still like Net { #[allow(W007)] optimizer = sgd(lr = 0); sample_weights = true; }
train Net as StillLarge like Still { batch = 64; }
train Net as StillKeras like Still { flavor = keras; }
train Net as StillKerasLarge like StillKeras { batch = 64; }
"#;

/// The programs of some recipes, by name; the model's own is the first.
fn load<const N: usize>(recipes: [&str; N]) -> [&'static Program; N] {
    let program = support::program("interactions", SOURCE);
    let unit = |name: &&str| {
        let units = &program.models[0].units;
        units.iter().find(|unit| unit.recipe.name.as_deref() == Some(*name)).expect("there is such a recipe")
    };
    let compiled: Vec<Compiled<'_>> = recipes.iter().map(|name| compile(unit(name), CompileOptions::default())).collect();
    let models: Vec<(&Compiled<'_>, &str)> = compiled.iter().map(|compiled| (compiled, "interactions.dlm")).collect();
    let options = Options { effort: Effort::Quick, ..Options::default() };
    let loaded = aot::load_all(&models, &options).expect("generated code compiles");
    let programs: Vec<&'static Program> = loaded.into_iter().map(|loaded| loaded.program).collect();
    programs.try_into().expect("as many as were asked for")
}

fn data(program: &Program, weights: Option<&[f32]>) -> Dataset {
    let mut targets = vec![y()];
    targets.extend(weights.map(<[f32]>::to_vec));
    Dataset::from_vecs(&program.spec, vec![x()], targets).expect("the data fits")
}

const ROWS: usize = 80;

fn x() -> Vec<f32> {
    Numbers(4).list(ROWS * 4)
}

fn y() -> Vec<f32> {
    (0..ROWS).map(|row| (row * row % 3) as f32).collect()
}

#[test]
fn signals_of_frozen_weights_are_not_there_and_the_rest_is_in_the_order_of_the_network() {
    let [program] = load(["Thawing"]);
    let (mut trainer, data) = (Trainer::new(program), data(program, None));
    let report = trainer.fit(&data, &mut Progress::silent()).expect("the training is finite");
    let weights = |epoch: usize| -> Vec<&str> {
        let signals = report.epochs[epoch].signals.last().expect("it is watched");
        assert!(signals.verdict().iter().all(|said| !said.contains("inf")), "{signals}");
        signals.all(Figure::Gradient).map(|signal| signal.of).collect()
    };
    assert_eq!(weights(0), ["h2.dense.weight", "head.dense.weight"]);
    assert_eq!(weights(1), ["h1.dense.weight", "h2.dense.weight", "head.dense.weight"]);
}

#[test]
fn every_watched_step_is_reported_once() {
    let [program] = load(["Gathered"]);
    let (mut trainer, data) = (Trainer::new(program), data(program, None));
    let report = trainer.fit(&data, &mut Progress::silent()).expect("the training is finite");
    let updates: Vec<u64> = report.epochs.iter().flat_map(|epoch| &epoch.signals).map(|signals| signals.update).collect();
    assert_eq!(updates, (1..=trainer.updates()).collect::<Vec<_>>());
}

#[test]
fn what_is_frozen_until_the_end_keeps_its_statistics() {
    let [frozen, thawing] = load(["Frozen", "Thawing"]);
    let (mut trainer, data) = (Trainer::new(frozen), data(frozen, None));
    let before = trainer.parameter("h1.batch_norm.running_var");
    trainer.fit(&data, &mut Progress::silent()).expect("the training is finite");
    assert_eq!(trainer.parameter("h1.batch_norm.running_var"), before);
    let mut thawed = Trainer::new(thawing);
    thawed.fit(&data, &mut Progress::silent()).expect("the training is finite");
    assert_ne!(thawed.parameter("h1.batch_norm.running_var"), before);
}

#[test]
fn what_the_next_update_leaves_alone_is_known_before_it() {
    let [program] = load(["Thawing"]);
    let mut trainer = Trainer::new(program);
    trainer.set_steps_per_epoch(2);
    let (x, y) = (&x()[..32], &y()[..8]);
    let frozen: Vec<usize> = (0..4)
        .map(|_| {
            let frozen = trainer.frozen().len();
            let before = trainer.parameter("h1.dense.weight");
            trainer.step(&[x], &[y]);
            assert_eq!(trainer.parameter("h1.dense.weight") == before, frozen > 0);
            frozen
        })
        .collect();
    assert_eq!(frozen, [3, 3, 0, 0]);
}

/// A weighted loss is the same mean however the rows are cut into batches.
#[test]
fn a_weighted_loss_does_not_depend_on_the_batch() {
    let weights: Vec<f32> = (0..ROWS).map(|row| if row % 7 == 0 { 5.0 } else { 0.25 * (row % 3) as f32 }).collect();
    let losses = |program: &'static Program| {
        let report = Trainer::new(program).fit(&data(program, Some(&weights)), &mut Progress::silent());
        let report = report.expect("the training is finite");
        (report.validation.expect("there is a validation part").loss, report.train.loss)
    };
    let near = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() < 1e-6 * a.0 && (a.1 - b.1).abs() < 1e-6 * a.1;
    let [small, large, keras_small, keras_large] = load(["Still", "StillLarge", "StillKeras", "StillKerasLarge"]).map(losses);
    assert!(near(small, large), "{small:?} {large:?}");
    assert!(near(keras_small, keras_large), "{keras_small:?} {keras_large:?}");
    assert!(!near(small, keras_small), "Keras divides by the samples: {small:?}");
}
