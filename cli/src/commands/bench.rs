//! `dlm bench`: times the compiled training step, whole epochs of them, and predictions on synthetic data in memory.

use std::time::Instant;

use dlm_compiler::compile::{CompileOptions, Compiled, compile};
use dlm_compiler::describe::describe;
use dlm_kernels::philox::philox;
use dlm_runtime::{
    Dataset, EpochReport, Error, Flow, Observer, OutputKind, Program, RecipeSpec, Spec, Split, Trainer, Weights, room,
};

use crate::args::Bench;
use crate::console::Console;
use crate::failure::Failure;
use crate::kernel_times::{kernel_micros, mark};
use crate::measure::{median_micros, peak_gflops};
use crate::prepare::{load, threads};
use crate::source::{Replaced, Source};
use crate::table::{lines, table};
use dlm_compiler::plan::cost::{Cost, cost, kernel_cost};

/// Batches that are used in turn, so that no step finds its samples in the first-level cache.
const BATCHES: usize = 16;

/// The bytes of samples that an epoch goes through if it can: more than caches hold, as with real data.
const EPOCH_BYTES: usize = 64 << 20;
/// And its batches at the least and at the most.
const EPOCH_STEPS: [usize; 2] = [2, 256];

/// Times in microseconds a call.
struct Times {
    step: f64,
    /// Why there is none: training on drawn targets may diverge.
    epoch: Result<Epoch, Error>,
    one: f64,
    batch: f64,
}

/// An epoch of `fit`: its steps, and its whole time divided by them.
struct Epoch {
    steps: usize,
    step: f64,
}

/// Compiles the model and times it.
pub fn run(arguments: &Bench, console: &Console) -> Result<(), Failure> {
    let json = arguments.json || console.json();
    let threads = threads(arguments.threads, console, json)?;
    let source = Source::read(&arguments.selection.file)?;
    let unit = source.choose(&arguments.selection, Replaced::default(), console, json)?;
    let compiled = compile(&unit, CompileOptions::default());
    room::to_train(&describe(&compiled))?;
    let loaded = load(&compiled, &source, console, json)?;
    let peak = if json { 0.0 } else { peak_gflops() };
    let times = time(loaded.program, threads, arguments.seconds);
    if json {
        return console.result(format_args!(
            r#"{{"peer": "dlm", "name": {}, "threads": {threads}, "train_us": {:.3}, "epoch_us_per_step": {}, "infer1_us": {:.3}, "infer_batch_us": {:.3}}}"#,
            serde_json::Value::from(source.stem()),
            times.step,
            times.epoch.as_ref().map_or("null".to_owned(), |epoch| format!("{:.3}", epoch.step)),
            times.one,
            times.batch
        ));
    }
    console.raw_result(&report(&compiled, &times, threads, peak))?;
    if let Err(error) = &times.epoch {
        console.status(format_args!("no epochs are timed: {error}"));
    }
    if compiled.steps.len() > 1 {
        // Kernels are known by their number, which means another in each kind.
        console.status("where the time of a step goes is not told: the recipe has several kinds of steps");
        return Ok(());
    }
    let marked = compile(&unit, CompileOptions { marks: true, ..CompileOptions::default() });
    let loaded = load(&marked, &source, console, true)?;
    let times = kernel_times(loaded.program, marked.first().plan.kernels.len(), threads, times.step);
    console.raw_result(&kernel_report(&marked, &times, peak * threads as f64))
}

/// Kernels of one title: how many there are, the time of all, and what they cost together.
struct Group {
    title: String,
    kernels: usize,
    micros: f64,
    cost: Cost,
}

/// Where the time of a training step goes: kernels, equal ones together, in the order in which they first run.
fn kernel_report(compiled: &Compiled<'_>, times: &[f64], available: f64) -> String {
    let plan = &compiled.first().plan;
    let total: f64 = times.iter().sum();
    let mut groups: Vec<Group> = Vec::new();
    for (index, micros) in times.iter().enumerate() {
        let (title, cost) = (plan.title(&plan.kernels[index]), kernel_cost(plan, index));
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => {
                group.kernels += 1;
                group.micros += micros;
                group.cost = Cost { flops: group.cost.flops + cost.flops, bytes: group.cost.bytes + cost.bytes };
            }
            None => groups.push(Group { title, kernels: 1, micros: *micros, cost }),
        }
    }
    let mut table = table(&["kernel", "runs", "µs", "of the step", "GFLOP/s", "of the peak", "GB/s"], &[1, 2, 3, 4, 5, 6]);
    for Group { title, kernels, micros, cost } in groups {
        let rate = cost.flops as f64 / micros / 1e3;
        let (gflops, share) = match cost.flops {
            0 => (String::new(), String::new()),
            _ => (format!("{rate:.1}"), format!("{:.0} %", 100.0 * rate / available)),
        };
        table.add_row([
            title,
            kernels.to_string(),
            micros_of(micros),
            format!("{:.1} %", 100.0 * micros / total),
            gflops,
            share,
            format!("{:.1}", cost.bytes as f64 / micros / 1e3),
        ]);
    }
    format!("\nwhere the time of a training step goes:\n{}", lines(&table))
}

/// A time in microseconds, to about three digits.
fn micros_of(micros: f64) -> String {
    if micros < 10.0 { format!("{micros:.2}") } else { format!("{micros:.1}") }
}

fn kernel_times(program: &'static Program, kernels: usize, threads: usize, step_micros: f64) -> Vec<f64> {
    let mut trainer = Trainer::new(program).with_threads(threads).with_mark(mark);
    trainer.set_steps_per_epoch(u64::from(u32::MAX));
    let batches: Vec<Samples> =
        (0..BATCHES).map(|number| Samples::new(&program.spec, program.spec.batch, number as u32)).collect();
    let batches: Vec<_> = batches.iter().map(|batch| (slices(&batch.inputs), slices(&batch.targets))).collect();
    let runs = (1e5 / step_micros) as usize + 1;
    kernel_micros(kernels, 9, runs, |call| {
        let (inputs, targets) = &batches[call % BATCHES];
        std::hint::black_box(trainer.step(inputs, targets));
    })
}

fn report(compiled: &Compiled<'_>, times: &Times, threads: usize, peak: f64) -> String {
    let batch = compiled.unit.recipe.batch;
    let available = peak * threads as f64;
    let mut table = table(&["", "µs", "samples/s", "GFLOP/s", "of the peak"], &[1, 2, 3, 4]);
    let rows = [
        (format!("training step of {batch}"), times.step, batch, cost(&compiled.first().plan)),
        ("prediction of 1".to_owned(), times.one, 1, cost(&compiled.infer_one)),
        (format!("prediction of {batch}"), times.batch, batch, cost(&compiled.infer)),
    ];
    for (name, micros, samples, Cost { flops, .. }) in rows {
        let gflops = flops as f64 / micros / 1e3;
        table.add_row([
            name,
            micros_of(micros),
            format!("{:.0}", samples as f64 / micros * 1e6),
            format!("{gflops:.1}"),
            format!("{:.0} %", 100.0 * gflops / available),
        ]);
    }
    let cores = if threads == 1 { "1 thread".to_owned() } else { format!("{threads} threads") };
    let epoch = times.epoch.as_ref().map_or(String::new(), |Epoch { steps, step }| {
        let (ratio, micros) = (step / times.step, micros_of(*step));
        format!("an epoch of {steps} steps: {micros} µs a step, {ratio:.3} times the step alone\n")
    });
    format!("{}{epoch}peak: {peak:.0} GFLOP/s a core in fused multiply-adds; {cores}\n", lines(&table))
}

fn time(program: &'static Program, threads: usize, seconds: f64) -> Times {
    let spec = &program.spec;
    let batches: Vec<Samples> = (0..BATCHES).map(|number| Samples::new(spec, spec.batch, number as u32)).collect();
    let mut trainer = Trainer::new(program).with_threads(threads);
    trainer.set_steps_per_epoch(u64::from(u32::MAX));
    let batches: Vec<_> = batches.iter().map(|batch| (slices(&batch.inputs), slices(&batch.targets))).collect();
    let step = median_micros(seconds, |call| {
        let (inputs, targets) = &batches[call % BATCHES];
        std::hint::black_box(trainer.step(inputs, targets));
    });
    let model = trainer.model().with_threads(threads);
    let predict = |rows: usize| {
        let samples = Samples::new(spec, rows, 0);
        let inputs = slices(&samples.inputs);
        let mut values: Vec<Vec<f32>> = spec.outputs.iter().map(|output| vec![0.0; rows * output.width()]).collect();
        let mut outputs: Vec<&mut [f32]> = values.iter_mut().map(Vec::as_mut_slice).collect();
        // Logits, as the peers' predictions are.
        median_micros(seconds / 2.0, |_| model.predict_logits_into(std::hint::black_box(&inputs), &mut outputs))
    };
    let (one, batch) = (predict(1), predict(spec.batch));
    Times { step, epoch: time_epochs(program, threads, seconds), one, batch }
}

/// Times what `fit` does in an epoch: its order, its batches, their steps, its end. Nothing is held back and nobody watches.
fn time_epochs(program: &Program, threads: usize, seconds: f64) -> Result<Epoch, Error> {
    let mut program = *program;
    let split = Split { validation: 0.0, test: 0.0, ..program.spec.recipe.split };
    let endless = RecipeSpec { split, epochs: usize::MAX, early_stop: None, plateau: None, reuse: None, ..program.spec.recipe };
    program.spec.recipe = endless;
    let program: &'static Program = Box::leak(Box::new(program));
    let spec = &program.spec;
    let sample: usize = spec.inputs.iter().map(|input| input.features() * size_of::<f32>()).sum();
    let steps = (EPOCH_BYTES / (sample * spec.batch).max(1)).clamp(EPOCH_STEPS[0], EPOCH_STEPS[1]);
    let samples = Samples::new(spec, steps * spec.batch, 0);
    let data = Dataset::from_vecs(spec, samples.inputs, samples.targets)?;
    let mut clock = Clock { seconds, begun: Instant::now(), ended: Vec::new() };
    Trainer::new(program).with_threads(threads).fit(&data, &mut clock)?;
    let mut epochs: Vec<f64> = clock.ended.windows(2).map(|ends| (ends[1] - ends[0]).as_secs_f64()).collect();
    epochs.sort_by(f64::total_cmp);
    Ok(Epoch { steps, step: epochs[epochs.len() / 2] * 1e6 / steps as f64 })
}

/// Notes the end of every epoch, and ends the training after some time.
struct Clock {
    seconds: f64,
    begun: Instant,
    ended: Vec<Instant>,
}

impl Observer for Clock {
    fn on_epoch(&mut self, _: &EpochReport, _: &Weights<'_>) -> Flow {
        self.ended.push(Instant::now());
        // From the end of the first on, at least one is timed.
        let enough = self.ended.len() > 1 && self.begun.elapsed().as_secs_f64() > self.seconds;
        if enough { Flow::Stop } else { Flow::Continue }
    }
}

fn slices(values: &[Vec<f32>]) -> Vec<&[f32]> {
    values.iter().map(Vec::as_slice).collect()
}

/// Drawn samples with their targets.
struct Samples {
    inputs: Vec<Vec<f32>>,
    targets: Vec<Vec<f32>>,
}

impl Samples {
    /// So many rows, a function of `number`: inputs and real targets uniform in [0, 1), classes and flags alike likely.
    fn new(spec: &Spec, rows: usize, number: u32) -> Self {
        let mut stream = 0;
        let mut draw = |values: usize| {
            stream += 1;
            (0..values).map(move |index| uniform(number, stream, index as u32))
        };
        let inputs = spec.inputs.iter().map(|input| draw(rows * input.features()).collect()).collect();
        let targets = spec.outputs.iter().map(|output| {
            let draws = draw(rows * output.target_width());
            match output.kind {
                OutputKind::Class(classes) => draws.map(|draw| (draw * classes as f32).floor()).collect(),
                OutputKind::Binary | OutputKind::Flags(_) => draws.map(|draw| (draw * 2.0).floor()).collect(),
                OutputKind::Values(_) => draws.collect(),
            }
        });
        let mut targets: Vec<Vec<f32>> = targets.collect();
        if spec.weighted {
            targets.push(vec![1.0; rows]);
        }
        Samples { inputs, targets }
    }
}

/// A number in [0, 1) of 24 bits.
fn uniform(number: u32, stream: u32, index: u32) -> f32 {
    (philox([index, number, stream, 0], [0, 0])[0] >> 8) as f32 / (1 << 24) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_in_their_range_and_differ() {
        let draws: Vec<f32> = (0..1000).map(|index| uniform(0, 1, index)).collect();
        assert!(draws.iter().all(|draw| (0.0..1.0).contains(draw)));
        let mean = draws.iter().sum::<f32>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
        assert_ne!(uniform(0, 1, 0), uniform(1, 1, 0));
    }
}
