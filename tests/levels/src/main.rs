//! Trains every model some steps, and prints a line for each: its name, the last loss, and a hash of the bits of all losses, of
//! every parameter and of predictions. The level goes to standard error, so that what levels print can be compared.

#![allow(deprecated, reason = "the corpus has lints, which come as uses of deprecated constants")]

use dlm_kernels::Level;
use dlm_runtime::{OutputKind, Program, Spec, Trainer};

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

const STEPS: u64 = 6;
const THREADS: [usize; 2] = [1, 2];

fn main() {
    eprintln!("{}", Level::detect().name());
    for (name, program) in PROGRAMS {
        let [(loss, hash), on_two] = THREADS.map(|threads| run(program, threads));
        assert_eq!(hash, on_two.1, "{name}: two threads compute something else");
        println!("{name}: loss {loss:e}, {hash:016x}");
    }
}

/// The last loss, and the hash of all that is computed.
fn run(program: &'static Program, threads: usize) -> (f32, u64) {
    let spec = &program.spec;
    let (mut hash, mut numbers, mut loss) = (Hash::new(), Numbers(7), 0.0);
    let mut trainer = Trainer::new(program).with_threads(threads);
    trainer.set_steps_per_epoch(2);
    for step in 0..STEPS {
        let rows = match step % 4 {
            1 => spec.batch.div_ceil(2),
            2 => 1,
            _ => spec.batch,
        };
        let (inputs, targets) = numbers.batch(spec, rows);
        loss = trainer.step(&slices(&inputs), &slices(&targets));
        hash.add(&[loss]);
    }
    for (_, values) in trainer.parameters() {
        values.iter().for_each(|value| hash.add(&[*value]));
    }
    let model = trainer.model().with_threads(threads);
    for rows in [1, 2, spec.batch, spec.batch + 3] {
        let (inputs, _) = numbers.batch(spec, rows);
        let mut found: Vec<Vec<f32>> = spec.outputs.iter().map(|output| vec![0.0; rows * output.width()]).collect();
        let mut outputs: Vec<&mut [f32]> = found.iter_mut().map(Vec::as_mut_slice).collect();
        model.predict_into(&slices(&inputs), &mut outputs);
        found.iter().for_each(|values| hash.add(values));
    }
    (loss, hash.0)
}

fn slices(lists: &[Vec<f32>]) -> Vec<&[f32]> {
    lists.iter().map(Vec::as_slice).collect()
}

/// FNV-1a of 64 bits.
struct Hash(u64);

impl Hash {
    fn new() -> Self {
        Hash(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, values: &[f32]) {
        for value in values {
            // Which NaN it is depends on the processor.
            let value = if value.is_nan() { f32::NAN } else { *value };
            for byte in value.to_bits().to_le_bytes() {
                self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
}

/// A small generator (Knuth's MMIX constants): the same on every machine.
struct Numbers(u64);

impl Numbers {
    /// In [0, 1).
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 40) as f32) / (1u64 << 24) as f32
    }

    /// So many in [-1, 1).
    fn list(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| 2.0 * self.next() - 1.0).collect()
    }

    /// Samples for each input and targets for each output, with weights where the recipe has them.
    fn batch(&mut self, spec: &Spec, rows: usize) -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
        let inputs = spec.inputs.iter().map(|input| self.list(rows * input.features())).collect();
        let targets = spec.outputs.iter().map(|output| match output.kind {
            OutputKind::Class(classes) => (0..rows).map(|_| (self.next() * classes as f32).floor()).collect(),
            OutputKind::Binary | OutputKind::Flags(_) => (0..rows * output.target_width()).map(|_| self.next().round()).collect(),
            OutputKind::Values(_) => self.list(rows * output.target_width()),
        });
        let mut targets: Vec<Vec<f32>> = targets.collect();
        if spec.weighted {
            targets.push((0..rows).map(|_| 2.0 * self.next()).collect());
        }
        (inputs, targets)
    }
}
