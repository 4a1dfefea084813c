//! How well a model does: the loss, and for each output the metrics that suit its kind.

use crate::data::{Batch, Part};
use crate::infer::{Infer, Work};
use crate::spec::{OutputKind, OutputSpec, Spec};

/// What a model achieves on some samples, in prediction mode. None of it depends on how they are batched.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The samples.
    pub rows: usize,
    /// The mean loss, without penalties: of each output the sum over all samples, divided by the sum of their weights (in flavour
    /// `keras` by their number). Of targets as the recipe normalises them.
    pub loss: f64,
    /// The metrics of each output, in order.
    pub outputs: Vec<OutputMetrics>,
}

/// What a model achieves on one output.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputMetrics {
    /// The output's name.
    pub output: &'static str,
    /// `accuracy` for classes and yes or no, each flag counted alone; for numbers, in their own units, `mse` and `mae`, and `r2`
    /// where targets differ from one another. Samples count alike, also where they have weights.
    pub metrics: Vec<Metric>,
}

/// A named figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    /// Such as `accuracy`.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
}

impl Evaluation {
    /// A metric of the first output that has it: `get("accuracy")`.
    pub fn get(&self, metric: &str) -> Option<f64> {
        self.outputs.iter().flat_map(|output| &output.metrics).find(|found| found.name == metric).map(|found| found.value)
    }

    /// The share of right predictions of the first output of classes, yes or no, or flags.
    pub fn accuracy(&self) -> Option<f64> {
        self.get("accuracy")
    }
}

/// Runs the model over the rows.
pub(crate) fn evaluate(infer: &Infer<'_>, work: &mut Work, part: Part<'_>) -> Evaluation {
    let spec = infer.spec();
    let most = spec.batch.min(part.rows.len());
    let mut batch = Batch::new(part.data, most);
    let mut outputs: Vec<Vec<f32>> = spec.outputs.iter().map(|output| vec![0.0; most * output.width()]).collect();
    let mut sums: Vec<Sums> = spec.outputs.iter().map(Sums::new).collect();
    // Of each output's loss: outputs whose classes have weights have denominators of their own.
    let mut losses = vec![(0.0, 0.0); spec.outputs.len().min(spec.losses.len()).max(1)];
    for rows in part.rows.chunks(spec.batch) {
        batch.gather(part.data, rows);
        let written = outputs.iter_mut().zip(spec.outputs).map(|(values, output)| &mut values[..rows.len() * output.width()]);
        let loss = infer.run(work, batch.inputs(), batch.targets(), written, false, rows.len());
        for (index, (sum, weights)) in losses.iter_mut().enumerate() {
            let loss = spec.losses.get(index).map_or(loss, |at| work.value(*at));
            let weight = output_weight(spec, index, batch.targets(), rows.len());
            *sum += f64::from(loss) * weight;
            *weights += weight;
        }
        for (((sum, output), values), targets) in sums.iter_mut().zip(spec.outputs).zip(&outputs).zip(batch.targets()) {
            sum.add(output, values, targets);
        }
    }
    let rows = part.rows.len();
    let outputs = spec.outputs.iter().zip(&sums).zip(part.data.targets());
    let outputs = outputs.map(|((output, sums), targets)| sums.finish(output, targets, part.rows));
    Evaluation { rows, loss: losses.iter().map(|(sum, weights)| mean(*sum, *weights)).sum(), outputs: outputs.collect() }
}

/// What a batch's mean loss weighs in a mean over the batches of an epoch: its rows, or where the loss is a mean by weights the
/// sum of those, with several outputs the mean of their sums.
pub(crate) fn batch_weight<'a>(spec: &Spec, targets: impl Iterator<Item = &'a [f32]> + Clone, rows: usize) -> f64 {
    let outputs = 0..spec.outputs.len();
    let sum: f64 = outputs.map(|output| output_weight(spec, output, targets.clone(), rows)).sum();
    sum / spec.outputs.len() as f64
}

/// What an output's mean loss over some rows is to be multiplied by to become a sum: the rows, or where it is a mean by weights
/// the sum of those, of the samples times those of their classes.
fn output_weight<'a>(spec: &Spec, output: usize, targets: impl Iterator<Item = &'a [f32]> + Clone, rows: usize) -> f64 {
    if !spec.mean_by_weight {
        return rows as f64;
    }
    let classes = targets.clone().nth(output).unwrap_or_default();
    let of_class = |row: usize| match spec.outputs[output].class_weights {
        [] => 1.0,
        weights => weights[classes[row] as usize],
    };
    let samples = targets.clone().nth(spec.outputs.len()).filter(|_| spec.weighted);
    let of_sample = |row: usize| samples.map_or(1.0, |weights| f64::from(weights[row]));
    (0..rows).map(|row| of_class(row) * of_sample(row)).sum()
}

/// A sum of losses over that of their weights; 0 where nothing weighs.
pub(crate) fn mean(sum: f64, weights: f64) -> f64 {
    if weights == 0.0 { 0.0 } else { sum / weights }
}

/// What the metrics of an output are made of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sums {
    /// Right predictions; of numbers the squared errors.
    first: f64,
    /// The absolute errors.
    absolute: f64,
    /// The squared errors of each value of a target.
    squares: Vec<f64>,
}

impl Sums {
    pub(crate) fn new(output: &OutputSpec) -> Self {
        let width = if let OutputKind::Values(_) = output.kind { output.width() } else { 0 };
        Sums { first: 0.0, absolute: 0.0, squares: vec![0.0; width] }
    }

    /// Adds a batch's logits and targets.
    pub(crate) fn add(&mut self, output: &OutputSpec, values: &[f32], targets: &[f32]) {
        match output.kind {
            OutputKind::Class(count) => {
                let right =
                    values.chunks_exact(count).zip(targets).filter(|(logits, target)| argmax(logits) == Some(**target as usize));
                self.first += right.count() as f64;
            }
            // A logit above 0 is a probability above one half.
            OutputKind::Binary | OutputKind::Flags(_) => {
                self.first += values
                    .iter()
                    .zip(targets)
                    .filter(|(logit, target)| !logit.is_nan() && (**logit > 0.0) == (**target > 0.5))
                    .count() as f64;
            }
            OutputKind::Values(_) => {
                for (index, (value, target)) in values.iter().zip(targets).enumerate() {
                    self.add_error(index % self.squares.len(), f64::from(*value) - f64::from(*target));
                }
            }
        }
    }

    /// Adds the error of one value of a target.
    pub(crate) fn add_error(&mut self, value: usize, error: f64) {
        self.first += error * error;
        self.absolute += error.abs();
        self.squares[value] += error * error;
    }

    /// Adds right predictions.
    pub(crate) fn add_right(&mut self, right: usize) {
        self.first += right as f64;
    }

    /// The metrics; `targets` are those of all rows, of which `rows` were added.
    pub(crate) fn finish(&self, output: &OutputSpec, targets: &[f32], rows: &[usize]) -> OutputMetrics {
        let count = (rows.len() * output.target_width()).max(1) as f64;
        let metrics = match output.kind {
            OutputKind::Values(_) => {
                let errors =
                    [Metric { name: "mse", value: self.first / count }, Metric { name: "mae", value: self.absolute / count }];
                let r2 = r2(&self.squares, targets, rows).map(|value| Metric { name: "r2", value });
                errors.into_iter().chain(r2).collect()
            }
            _ => vec![Metric { name: "accuracy", value: self.first / count }],
        };
        OutputMetrics { output: output.name, metrics }
    }
}

/// The mean over the values of a target of 1 − squared errors/squared differences from their mean; none of a value that is
/// the same in all rows. (What the mean itself would get is 0.)
fn r2(squares: &[f64], targets: &[f32], rows: &[usize]) -> Option<f64> {
    let width = squares.len();
    // Row by row, as they lie in memory: there may be as many values as an image has.
    let of = |row: &usize| targets[row * width..][..width].iter().copied().map(f64::from);
    // From the first row on, so that equal values differ by exactly 0.
    let origins: Vec<f64> = of(rows.first()?).collect();
    let mut means = vec![0.0; width];
    for row in rows {
        means.iter_mut().zip(of(row).zip(&origins)).for_each(|(mean, (target, origin))| *mean += target - origin);
    }
    means.iter_mut().for_each(|mean| *mean /= rows.len() as f64);
    let mut all = vec![0.0; width];
    for row in rows {
        for (all, (target, (origin, mean))) in all.iter_mut().zip(of(row).zip(origins.iter().zip(&means))) {
            let difference = target - origin - mean;
            *all += difference * difference;
        }
    }
    let varying = squares.iter().zip(all).filter(|(_, all)| *all > 0.0);
    let shares: Vec<f64> = varying.map(|(squares, all)| 1.0 - squares / all).collect();
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
}

/// The index of the largest value, the first of equals; none if one is not a number.
pub(crate) fn argmax(values: &[f32]) -> Option<usize> {
    if values.iter().any(|value| value.is_nan()) {
        return None;
    }
    let better = |best: Option<usize>, (index, value): (usize, &f32)| match best {
        Some(best) if *value <= values[best] => Some(best),
        _ => Some(index),
    };
    values.iter().enumerate().fold(None, better)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(kind: OutputKind) -> OutputSpec {
        OutputSpec { name: "y", kind, ..OutputSpec::EMPTY }
    }

    #[test]
    fn argmax_is_the_first_of_the_largest() {
        assert_eq!(argmax(&[1.0, 3.0, 3.0]), Some(1));
        assert_eq!(argmax(&[f32::NEG_INFINITY; 2]), Some(0));
        assert_eq!(argmax(&[1.0, f32::NAN]), None);
        assert_eq!(argmax(&[]), None);
    }

    #[test]
    fn each_kind_counts_its_own() {
        let sum = |kind, values: &[f32], targets: &[f32]| {
            let mut sums = Sums::new(&output(kind));
            sums.add(&output(kind), values, targets);
            [sums.first, sums.absolute]
        };
        assert_eq!(sum(OutputKind::Class(3), &[0.0, 2.0, 1.0, 5.0, 2.0, 1.0, f32::NAN, 0.0, 0.0], &[1.0, 1.0, 0.0])[0], 1.0);
        assert_eq!(sum(OutputKind::Binary, &[0.5, -0.5, 2.0, f32::NAN], &[1.0, 1.0, 1.0, 0.0])[0], 2.0);
        assert_eq!(sum(OutputKind::Flags(2), &[0.5, -0.5, 2.0, 1.0], &[1.0, 0.0, 0.0, 1.0])[0], 3.0);
        assert_eq!(sum(OutputKind::Values(&[2]), &[1.0, 2.0], &[0.0, 4.0]), [5.0, 3.0]);
    }

    #[test]
    fn r2_is_what_is_left_of_the_variance() {
        let r2 = |targets: &[f32], values: &[f32], rows: &[usize]| {
            let output = output(OutputKind::Values(&[2]));
            let mut sums = Sums::new(&output);
            rows.iter().for_each(|row| sums.add(&output, &values[2 * row..][..2], &targets[2 * row..][..2]));
            sums.finish(&output, targets, rows).metrics.iter().find(|metric| metric.name == "r2").map(|metric| metric.value)
        };
        // The first value is 1, 2, 3 (variance 2 over all rows), off by 0, 1, 0; the second is large and off by 1 everywhere, of
        // 2·200²/… : 0, 200, 400 around 200.
        let targets = [1.0, 1e6, 2.0, 1e6 + 200.0, 3.0, 1e6 + 400.0];
        let values = [1.0, 1e6 + 1.0, 3.0, 1e6 + 201.0, 3.0, 1e6 + 401.0];
        let expected = ((1.0 - 1.0 / 2.0) + (1.0 - 3.0 / 80_000.0)) / 2.0;
        assert!((r2(&targets, &values, &[0, 1, 2]).unwrap() - expected).abs() < 1e-12);
        // A value that does not vary says nothing; where none does there is no such figure.
        assert_eq!(r2(&[1.0, 5.0, 2.0, 5.0], &[1.0, 0.0, 2.0, 9.0], &[0, 1]), Some(1.0));
        assert_eq!(r2(&targets, &values, &[1]), None);
    }
}
