//! Augmentation: random changes of training samples, made on the copies of a batch before a step takes them.
//!
//! Every draw is a function of the seed, the augmentation, the epoch and the sample's row in its dataset. So nothing depends on
//! the batch that a sample is in, on its place there, or on the order in which samples are changed.

mod cutout;
mod draw;
mod flip;
mod image;
mod mixup;
mod noise;
mod tone;
mod translate;
mod warp;

pub(crate) use mixup::mix;

use dlm_kernels::Machine;

use crate::data::{Batch, Part};
use crate::draws::Draws;
use crate::spec::{Augmentation, Border, Spec};
use draw::Draw;
use image::Image;

/// What a recipe does to training samples, with room to do it in.
#[derive(Debug)]
pub(crate) struct Augment {
    stages: Vec<Stage>,
    /// The sample that another is mixed with: a row of each input.
    partner: Vec<Vec<f32>>,
    room: Room,
}

/// What changes are made with.
#[derive(Debug)]
struct Room {
    /// Each input as an image, if it is one.
    images: Vec<Option<Image>>,
    scratch: Vec<f32>,
    machine: Machine,
}

/// One augmentation.
#[derive(Debug)]
struct Stage {
    augmentation: Augmentation,
    inputs: &'static [usize],
    /// The earlier ones of the same name.
    earlier: usize,
    /// The draws of the epoch at hand for each of the inputs: the same for all but noise.
    draws: Vec<Draws>,
}

impl Augment {
    /// What the recipe of a model says.
    pub(crate) fn new(spec: &Spec) -> Self {
        let images: Vec<Option<Image>> = spec.inputs.iter().map(|input| Image::of(input.shape)).collect();
        let all = spec.recipe.augment;
        let stages = all.iter().enumerate().map(|(index, augment)| Stage {
            augmentation: augment.augmentation,
            inputs: augment.inputs,
            earlier: all[..index].iter().filter(|other| other.augmentation.name() == augment.augmentation.name()).count(),
            draws: vec![Draws::new(0, ""); augment.inputs.len()],
        });
        let stages: Vec<Stage> = stages.collect();
        let (augments, mixes) = (!stages.is_empty(), stages.iter().any(|stage| is_mixup(&stage.augmentation)));
        let room = |wanted: bool, len: usize| vec![0.0; if wanted { len } else { 0 }];
        let widths = || spec.inputs.iter().map(|input| input.features());
        let padded = images.iter().flatten().map(|image| image.padded_len()).chain(widths()).max();
        Augment {
            partner: widths().map(|width| room(mixes, width)).collect(),
            room: Room { scratch: room(augments, padded.unwrap_or(0)), images, machine: Machine::single_threaded() },
            stages,
        }
    }

    /// Begins an epoch, counted from 1.
    pub(crate) fn begin(&mut self, spec: &Spec, seed: u64, epoch: usize) {
        for Stage { augmentation, inputs, earlier, draws } in &mut self.stages {
            let name = augmentation.name();
            for (input, draws) in inputs.iter().zip(draws) {
                let purpose = match augmentation {
                    Augmentation::Noise { .. } => format!("augment {name} {earlier} {} {epoch}", spec.inputs[*input].name),
                    _ => format!("augment {name} {earlier} {epoch}"),
                };
                *draws = Draws::new(seed, &purpose);
            }
        }
    }

    /// Changes a batch that holds copies of these rows of the training part, without allocation.
    pub(crate) fn change(&mut self, train: Part<'_>, rows: &[usize], batch: &mut Batch) {
        if self.stages.is_empty() {
            return;
        }
        for (place, row) in rows.iter().enumerate() {
            for index in 0..self.stages.len() {
                match self.stages[index].augmentation {
                    Augmentation::Mixup { alpha } => self.mix(index, alpha, train, (place, *row), batch),
                    _ => {
                        for input in self.stages[index].inputs {
                            self.stages[index].change(*input, *row, batch.input_mut(*input, place), &mut self.room);
                        }
                    }
                }
            }
        }
    }

    /// Mixes a sample with another of the training part, which goes through all before this stage too.
    fn mix(&mut self, index: usize, alpha: f64, train: Part<'_>, (place, row): (usize, usize), batch: &mut Batch) {
        let (before, [stage, ..]) = self.stages.split_at(index) else { return };
        let Some(draws) = stage.draws.first() else { return };
        let draw = Draw { draws: *draws, row: row as u32 };
        let other = train.rows[mixup::partner(draw, train.rows.len())];
        let share = mixup::share(draw, alpha);
        for ((input, values), data) in self.partner.iter_mut().enumerate().zip(train.data.inputs()) {
            let width = values.len();
            values.copy_from_slice(&data[other * width..][..width]);
            for stage in before {
                stage.change(input, other, values, &mut self.room);
            }
            mixup::mix(batch.input_mut(input, place), values, share);
        }
        batch.mix_targets(train.data, place, other, share);
    }
}

impl Stage {
    /// Changes one sample of an input, if it is among those that are changed.
    fn change(&self, input: usize, row: usize, values: &mut [f32], room: &mut Room) {
        if let Some(at) = self.inputs.iter().position(|changed| *changed == input) {
            let draw = Draw { draws: self.draws[at], row: row as u32 };
            change(self.augmentation, draw, values, room.images[input], room);
        }
    }
}

fn is_mixup(augmentation: &Augmentation) -> bool {
    matches!(augmentation, Augmentation::Mixup { .. })
}

/// Changes one sample of one input by what is drawn for it.
fn change(augmentation: Augmentation, draw: Draw, values: &mut [f32], image: Option<Image>, room: &mut Room) {
    let Room { scratch, machine, .. } = room;
    if let Augmentation::Noise { std } = augmentation {
        return noise::add(values, std, draw, scratch, machine);
    }
    let Some(image) = image else { return };
    match augmentation {
        Augmentation::Shift { pixels, fill } => {
            translate::translate(values, image, draw.offsets(pixels), Border::Fill(fill), scratch);
        }
        Augmentation::Crop { padding, border } => translate::translate(values, image, draw.offsets(padding), border, scratch),
        Augmentation::Flip { vertical, probability } => {
            if draw.uniform() < probability {
                flip::flip(values, image, vertical);
            }
        }
        Augmentation::Rotate { degrees, fill } => warp::rotate(values, image, degrees * draw.symmetric(), fill, scratch, machine),
        Augmentation::Zoom { share, fill } => warp::zoom(values, image, draw.factor(share), fill, scratch, machine),
        Augmentation::Cutout { size, fill } => {
            cutout::cutout(values, image, draw.pixel(image.height, image.width), size, fill);
        }
        Augmentation::Brightness { share } => tone::brightness(values, draw.factor(share)),
        Augmentation::Contrast { share } => tone::contrast(values, draw.factor(share)),
        Augmentation::Noise { .. } | Augmentation::Mixup { .. } => {}
    }
}
