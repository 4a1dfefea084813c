//! A model and recipe on the way through all stages, and where everything lies in memory.

use crate::graph::Unit;
use crate::lower;
use crate::plan::{self, Options, Plan, Products, flip};
use crate::train_graph::{TensorId, TensorKind, TrainGraph};

/// Everything that is known about a model and recipe before it is printed.
#[derive(Clone, Debug)]
pub struct Compiled<'a> {
    /// The checked model and recipe.
    pub unit: &'a Unit,
    /// What a training step computes.
    pub training: TrainGraph,
    /// What a prediction computes.
    pub prediction: TrainGraph,
    /// The plan of a training step.
    pub step: Plan,
    /// The plan of a prediction of a batch.
    pub infer: Plan,
    /// The plan of a prediction of one sample, without a loss.
    pub infer_one: Plan,
    /// Where the tensors lie.
    pub layout: Layout,
}

/// Where tensors lie in the training memory: parameters and normalisation, then the optimizer's state, then work space.
/// Counted in `f32`s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Where each tensor of the training graph begins.
    pub offsets: Vec<usize>,
    /// The end of parameters and normalisation.
    pub parameters_len: usize,
    /// The end of the state: where a step's work space begins.
    pub work: usize,
    /// The end of everything.
    pub memory_len: usize,
}

/// What can be chosen when compiling.
#[derive(Clone, Copy, Debug)]
pub struct CompileOptions {
    /// Kernels with at least this many floating-point operations are split among threads.
    pub split_from: u64,
    /// What computes products.
    pub products: Products,
}

impl Default for CompileOptions {
    fn default() -> Self {
        Self { split_from: plan::SPLIT_FROM, products: Products::default() }
    }
}

/// Takes a model and recipe through all stages.
pub fn compile(unit: &Unit, options: CompileOptions) -> Compiled<'_> {
    let training = lower::training(unit);
    let prediction = lower::prediction(unit);
    let plan_options = Options { batch: unit.recipe.batch, split_from: options.split_from, products: options.products };
    let step = plan::plan(&training, plan_options);
    let infer = plan::plan(&prediction, plan_options);
    let infer_one = plan::plan(&flip::flip(&prediction), Options { batch: 1, ..plan_options });
    let layout = layout(&training, &step);
    Compiled { unit, training, prediction, step, infer, infer_one, layout }
}

impl Compiled<'_> {
    /// The work space of a prediction, in `f32`s.
    pub fn infer_work_len(&self) -> usize {
        self.infer.work_len.max(self.infer_one.work_len)
    }

    /// The length of a tensor, in `f32`s.
    pub fn tensor_len(&self, tensor: TensorId) -> usize {
        let extent = self.training.tensors[tensor.0].extent;
        extent.rows * crate::interpret::columns(extent, 0)
    }
}

/// Tensors begin at cache lines.
const ALIGN: usize = 16;

fn layout(training: &TrainGraph, step: &Plan) -> Layout {
    let mut offsets = vec![0; training.tensors.len()];
    let mut end = 0;
    let mut place = |wanted: &dyn Fn(TensorKind) -> bool, offsets: &mut Vec<usize>| {
        for (tensor, offset) in training.tensors.iter().zip(offsets.iter_mut()).filter(|(tensor, _)| wanted(tensor.kind)) {
            *offset = end;
            end = (end + tensor.extent.rows * crate::interpret::columns(tensor.extent, 0)).next_multiple_of(ALIGN);
        }
        end
    };
    let parameters_len = place(&|kind| !matches!(kind, TensorKind::State(..)), &mut offsets);
    let work = place(&|kind| matches!(kind, TensorKind::State(..)), &mut offsets);
    Layout { offsets, parameters_len, work, memory_len: work + step.work_len }
}
