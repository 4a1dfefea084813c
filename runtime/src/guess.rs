//! What a guess that looks at no input achieves: the least that a model has to beat.

use crate::data::Part;
use crate::metrics::{Evaluation, OutputMetrics, Sums};
use crate::spec::{OutputKind, OutputSpec, Spec};

/// What is guessed of each output, from the training part: for numbers the mean of their targets, else the most frequent class,
/// for each flag by itself.
#[derive(Clone, Debug)]
pub(crate) struct Guess {
    outputs: &'static [OutputSpec],
    /// For each output a value for each of a target.
    values: Vec<Vec<f64>>,
}

impl Guess {
    /// The guess that a training part gives.
    pub(crate) fn of(spec: &Spec, train: Part<'_>) -> Self {
        let values = spec.outputs.iter().zip(train.data.targets()).map(|(output, targets)| match output.kind {
            OutputKind::Class(classes) => vec![most_frequent(classes, targets, train.rows) as f64],
            kind => {
                let width = output.target_width();
                let mean = |index: usize| {
                    let sum: f64 = train.rows.iter().map(|row| f64::from(targets[row * width + index])).sum();
                    let mean = sum / train.rows.len().max(1) as f64;
                    if let OutputKind::Values(_) = kind { mean } else { f64::from(u8::from(mean > 0.5)) }
                };
                (0..width).map(mean).collect()
            }
        });
        Guess { outputs: spec.outputs, values: values.collect() }
    }

    /// What it achieves on some rows.
    pub(crate) fn evaluate(&self, part: Part<'_>) -> Vec<OutputMetrics> {
        let outputs = self.outputs.iter().zip(&self.values).zip(part.data.targets());
        let metrics = outputs.map(|((output, guess), targets)| {
            let mut sums = Sums::new(output);
            let target = |row: &usize| &targets[row * guess.len()..][..guess.len()];
            for (index, (guess, target)) in part.rows.iter().flat_map(|row| guess.iter().zip(target(row)).enumerate()) {
                match output.kind {
                    OutputKind::Values(_) => sums.add_error(index, guess - f64::from(*target)),
                    _ => sums.add_right(usize::from(*guess == f64::from(*target))),
                }
            }
            sums.finish(output, targets, part.rows)
        });
        metrics.collect()
    }
}

/// The class that most rows have, the first of equals.
fn most_frequent(classes: usize, targets: &[f32], rows: &[usize]) -> usize {
    let mut counts = vec![0_usize; classes];
    rows.iter().for_each(|row| counts[targets[*row] as usize] += 1);
    let better = |best: usize, class: usize| if counts[class] > counts[best] { class } else { best };
    (0..classes).fold(0, better)
}

/// What a model achieves on a part, beside what the guess does.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged<'a> {
    /// The part: `test`, `validation` or `training`.
    pub part: &'static str,
    /// What the model achieves.
    pub model: &'a Evaluation,
    /// What a guess achieves that looks at no input, for each output: for numbers the mean of the training part's targets, else
    /// its most frequent class, for each flag by itself.
    pub guess: &'a [OutputMetrics],
}

impl Judged<'_> {
    /// A sentence for each output of which the model knows no more than the guess, by every metric; none where all is well.
    /// Outputs whose samples or classes have weights are left out: the metrics count all of them alike.
    pub(crate) fn verdict(&self, spec: &Spec) -> Vec<String> {
        let outputs = spec.outputs.iter().zip(&self.model.outputs).zip(self.guess);
        let plain = outputs.filter(|((output, _), _)| !spec.weighted && output.class_weights.is_empty());
        plain.filter_map(|((output, model), guess)| self.sentence(output, model, guess)).collect()
    }

    fn sentence(&self, output: &OutputSpec, model: &OutputMetrics, guess: &OutputMetrics) -> Option<String> {
        let (name, part) = (output.name, self.part);
        let get =
            |metrics: &OutputMetrics, name: &str| metrics.metrics.iter().find(|metric| metric.name == name).map(|it| it.value);
        if let OutputKind::Values(_) = output.kind {
            let (mse, guessed) = (get(model, "mse")?, get(guess, "mse")?);
            let is_worse = mse >= guessed && get(model, "mae")? >= get(guess, "mae")? && guessed > 0.0;
            return is_worse.then(|| {
                format!(
                    "the model is no better than a guess: always the mean of the training targets of `{name}` has an mse of {} on the \
                     {part} part, the model {}",
                    figure(guessed),
                    figure(mse)
                )
            });
        }
        let (accuracy, guessed) = (get(model, "accuracy")?, get(guess, "accuracy")?);
        (accuracy <= guessed && guessed < 1.0).then(|| {
            let what = if let OutputKind::Flags(_) = output.kind { "what each flag mostly is" } else { "the most frequent class" };
            format!(
                "the model is no better than a guess: always {what} of `{name}` is right in {:.2} % of the {part} part, the model in \
                 {:.2} %",
                100.0 * guessed,
                100.0 * accuracy
            )
        })
    }
}

/// A figure in a sentence: four decimals, or four digits where that is none.
pub(crate) fn figure(value: f64) -> String {
    if value == 0.0 || value.abs() >= 1e-3 || !value.is_finite() { format!("{value:.4}") } else { format!("{value:.3e}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;

    static OUTPUTS: [OutputSpec; 3] = [
        OutputSpec { name: "kind", kind: OutputKind::Class(3), ..OutputSpec::EMPTY },
        OutputSpec { name: "flags", kind: OutputKind::Flags(2), ..OutputSpec::EMPTY },
        OutputSpec { name: "size", kind: OutputKind::Values(&[2]), ..OutputSpec::EMPTY },
    ];

    fn spec() -> Spec {
        Spec { outputs: &OUTPUTS, ..Spec::EMPTY }
    }

    fn dataset() -> Dataset {
        let targets = vec![
            vec![2.0, 2.0, 0.0, 1.0],
            vec![1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0],
            vec![1.0, 10.0, 3.0, 20.0, 5.0, 60.0, 7.0, 0.0],
        ];
        Dataset::from_vecs(&spec(), Vec::new(), targets).unwrap()
    }

    #[test]
    fn a_guess_is_of_the_training_part_and_measured_on_another() {
        let data = dataset();
        let guess = Guess::of(&spec(), Part { data: &data, rows: &[0, 1, 2] });
        assert_eq!(guess.values, [vec![2.0], vec![1.0, 0.0], vec![3.0, 30.0]]);
        let found = guess.evaluate(Part { data: &data, rows: &[2, 3] });
        let values: Vec<Vec<f64>> =
            found.iter().map(|output| output.metrics.iter().map(|metric| metric.value).collect()).collect();
        // Row 2 is of class 0, row 3 of class 1. Of the flags (0, 0) and (1, 1) half are right. Errors are −2, −30, −4, 30.
        let (mse, mae) = ((4.0 + 900.0 + 16.0 + 900.0) / 4.0, (2.0 + 30.0 + 4.0 + 30.0) / 4.0);
        let r2 = ((1.0 - 20.0 / 2.0) + (1.0 - 1800.0 / 1800.0)) / 2.0;
        assert_eq!(values, [vec![0.0], vec![0.5], vec![mse, mae, r2]]);
    }

    #[test]
    fn a_model_that_knows_no_more_is_told() {
        let (data, spec) = (dataset(), spec());
        let part = Part { data: &data, rows: &[0, 1, 2, 3] };
        let guess = Guess::of(&spec, part).evaluate(part);
        let mut model = Evaluation { rows: 4, loss: 0.0, outputs: guess.clone() };
        let said = |model: &Evaluation, spec: &Spec| Judged { part: "test", model, guess: &guess }.verdict(spec);
        let all = said(&model, &spec);
        assert_eq!(
            all[0],
            "the model is no better than a guess: always the most frequent class of `kind` is right in 50.00 % of the test part, the \
             model in 50.00 %"
        );
        assert!(all[1].contains("what each flag mostly is of `flags`"), "{all:?}");
        assert!(all[2].contains("the mean of the training targets of `size` has an mse of"), "{all:?}");
        // Better by one metric is better; weights make metrics and loss two things.
        model.outputs[0].metrics[0].value = 0.75;
        model.outputs[1].metrics[0].value = 1.0;
        model.outputs[2].metrics[1].value -= 0.1;
        assert!(said(&model, &spec).is_empty());
        model.outputs[0].metrics[0].value = 0.25;
        assert_eq!(said(&model, &spec).len(), 1);
        assert!(said(&model, &Spec { weighted: true, ..spec }).is_empty());
    }

    #[test]
    fn figures_keep_their_digits() {
        assert_eq!([0.0, 0.25, 1234.5, 2.5e-7, f64::NAN].map(figure), ["0.0000", "0.2500", "1234.5000", "2.500e-7", "NaN"]);
    }
}
