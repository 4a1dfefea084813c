//! How well a model does: the loss, and for each output the metrics that suit its kind.

use crate::data::{Batch, Part};
use crate::infer::{Infer, Work};
use crate::spec::{OutputKind, OutputSpec, Spec};

/// What a model achieves on some samples, in prediction mode. All figures weigh by samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The samples.
    pub rows: usize,
    /// The mean loss, without penalties.
    pub loss: f64,
    /// The metrics of each output, in order.
    pub outputs: Vec<OutputMetrics>,
}

/// What a model achieves on one output.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputMetrics {
    /// The output's name.
    pub output: &'static str,
    /// `accuracy` for classes and yes or no, each flag counted alone; `mse` and `mae` for numbers.
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
    let mut sums = vec![[0.0; 2]; spec.outputs.len()];
    let (mut loss, mut weights) = (0.0, 0.0);
    for rows in part.rows.chunks(spec.batch) {
        batch.gather(part.data, rows);
        let written = outputs.iter_mut().zip(spec.outputs).map(|(values, output)| &mut values[..rows.len() * output.width()]);
        let weight = batch_weight(spec, batch.targets(), rows.len());
        loss += f64::from(infer.run(work, batch.inputs(), batch.targets(), written, false, rows.len())) * weight;
        weights += weight;
        for (((sum, output), values), targets) in sums.iter_mut().zip(spec.outputs).zip(&outputs).zip(batch.targets()) {
            add(sum, output, values, targets);
        }
    }
    let rows = part.rows.len();
    Evaluation { rows, loss: mean(loss, weights), outputs: finish(spec, &sums, rows) }
}

/// What a batch's mean loss weighs in a mean over batches: its rows, or where the loss is a mean by weights the sum of those. With
/// several outputs that have weights of classes a sample's is the mean over outputs.
pub(crate) fn batch_weight<'a>(spec: &Spec, targets: impl Iterator<Item = &'a [f32]> + Clone, rows: usize) -> f64 {
    if !spec.mean_by_weight {
        return rows as f64;
    }
    let of_class = |row: usize| {
        let weights = spec.outputs.iter().zip(targets.clone()).map(|(output, targets)| match output.class_weights {
            [] => 1.0,
            weights => weights[targets[row] as usize],
        });
        weights.sum::<f64>() / spec.outputs.len() as f64
    };
    let of_sample = |row: usize| {
        let weights = targets.clone().nth(spec.outputs.len()).filter(|_| spec.weighted);
        weights.map_or(1.0, |weights| f64::from(weights[row]))
    };
    (0..rows).map(|row| of_class(row) * of_sample(row)).sum()
}

/// A sum of losses over that of their weights; 0 where nothing weighs.
pub(crate) fn mean(sum: f64, weights: f64) -> f64 {
    if weights == 0.0 { 0.0 } else { sum / weights }
}

/// Adds a batch's logits and targets to an output's sums: right predictions, or squared and absolute errors.
fn add(sum: &mut [f64; 2], output: &OutputSpec, values: &[f32], targets: &[f32]) {
    match output.kind {
        OutputKind::Class(count) => {
            let right =
                values.chunks_exact(count).zip(targets).filter(|(logits, target)| argmax(logits) == Some(**target as usize));
            sum[0] += right.count() as f64;
        }
        // A logit above 0 is a probability above one half.
        OutputKind::Binary | OutputKind::Flags(_) => {
            sum[0] += values
                .iter()
                .zip(targets)
                .filter(|(logit, target)| !logit.is_nan() && (**logit > 0.0) == (**target > 0.5))
                .count() as f64;
        }
        OutputKind::Values(_) => {
            for (value, target) in values.iter().zip(targets) {
                let error = f64::from(*value) - f64::from(*target);
                sum[0] += error * error;
                sum[1] += error.abs();
            }
        }
    }
}

fn finish(spec: &Spec, sums: &[[f64; 2]], rows: usize) -> Vec<OutputMetrics> {
    let finish = |(output, sums): (&OutputSpec, &[f64; 2])| {
        let count = (rows * output.target_width()).max(1) as f64;
        let metrics = match output.kind {
            OutputKind::Values(_) => {
                vec![Metric { name: "mse", value: sums[0] / count }, Metric { name: "mae", value: sums[1] / count }]
            }
            _ => vec![Metric { name: "accuracy", value: sums[0] / count }],
        };
        OutputMetrics { output: output.name, metrics }
    };
    spec.outputs.iter().zip(sums).map(finish).collect()
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
        OutputSpec { name: "y", kind, loss: "", class_weights: &[] }
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
            let mut sum = [0.0; 2];
            add(&mut sum, &output(kind), values, targets);
            sum
        };
        assert_eq!(sum(OutputKind::Class(3), &[0.0, 2.0, 1.0, 5.0, 2.0, 1.0, f32::NAN, 0.0, 0.0], &[1.0, 1.0, 0.0])[0], 1.0);
        assert_eq!(sum(OutputKind::Binary, &[0.5, -0.5, 2.0, f32::NAN], &[1.0, 1.0, 1.0, 0.0])[0], 2.0);
        assert_eq!(sum(OutputKind::Flags(2), &[0.5, -0.5, 2.0, 1.0], &[1.0, 0.0, 0.0, 1.0])[0], 3.0);
        assert_eq!(sum(OutputKind::Values(&[2]), &[1.0, 2.0], &[0.0, 4.0]), [5.0, 3.0]);
    }
}
