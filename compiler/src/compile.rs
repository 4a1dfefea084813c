//! A model and recipe on the way through all stages, and where everything lies in memory.

use std::collections::HashSet;

use crate::graph::{NodeKind, Unit};
use crate::lower::{self, StepRole, Variant};
use crate::plan::{self, Options, Plan, Products, flip};
use crate::train_graph::{Tensor, TensorKind, TrainGraph};

/// Everything that is known about a model and recipe before it is printed.
#[derive(Clone, Debug)]
pub struct Compiled<'a> {
    /// The checked model and recipe.
    pub unit: &'a Unit,
    /// The kinds of steps that its training takes; the first is the update of the first phase.
    pub steps: Vec<CompiledStep>,
    /// What a prediction computes.
    pub prediction: TrainGraph,
    /// The plan of a prediction of a batch.
    pub infer: Plan,
    /// The plan of a prediction of one sample, without a loss.
    pub infer_one: Plan,
    /// Where the tensors lie.
    pub layout: Layout,
    /// Whether the functions are printed with marks.
    pub marks: bool,
}

/// A kind of training step.
#[derive(Clone, Debug)]
pub struct CompiledStep {
    /// Which it is.
    pub variant: Variant,
    /// What it computes.
    pub graph: TrainGraph,
    /// Its plan.
    pub plan: Plan,
}

/// Where tensors lie in the training memory: parameters and normalisation, then the optimizer's state, then work space.
/// Counted in `f32`s.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The tensors of all steps.
    pub tensors: Vec<Place>,
    /// The end of parameters and normalisation.
    pub parameters_len: usize,
    /// The end of the state: where a step's work space begins.
    pub work: usize,
    /// The end of everything.
    pub memory_len: usize,
}

/// A tensor and where it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The tensor.
    pub tensor: Tensor,
    /// Where it begins.
    pub offset: usize,
    /// Its length.
    pub len: usize,
}

impl Layout {
    /// The place of the tensor of this name.
    pub fn place(&self, name: &str) -> Option<&Place> {
        self.tensors.iter().find(|place| place.tensor.name == name)
    }
}

/// What can be chosen when compiling.
#[derive(Clone, Copy, Debug)]
pub struct CompileOptions {
    /// Kernels that take about so many nanoseconds on one thread are split among several.
    pub split_from: u64,
    /// What computes products.
    pub products: Products,
    /// Whether the functions tell the host when each kernel has ended, so that it can time them.
    pub marks: bool,
}

impl Default for CompileOptions {
    fn default() -> Self {
        Self { split_from: plan::SPLIT_FROM, products: Products::default(), marks: false }
    }
}

/// Takes a model and recipe through all stages.
pub fn compile(unit: &Unit, options: CompileOptions) -> Compiled<'_> {
    let plan_options =
        Options { batch: unit.recipe.batch, varies: false, split_from: options.split_from, products: options.products };
    let steps = variants(unit).into_iter().map(|variant| {
        let graph = lower::training(unit, variant);
        let plan = plan::plan(&graph, plan_options);
        CompiledStep { variant, graph, plan }
    });
    let steps: Vec<CompiledStep> = steps.collect();
    let prediction = lower::prediction(unit);
    let infer = plan::plan(&prediction, Options { varies: true, ..plan_options });
    let infer_one = plan::plan(&flip::flip(&prediction), Options { batch: 1, ..plan_options });
    let layout = layout(&steps);
    Compiled { unit, steps, prediction, infer, infer_one, layout, marks: options.marks }
}

/// The kinds of steps of a recipe, phase by phase.
pub(crate) fn variants(unit: &Unit) -> Vec<Variant> {
    let Unit { graph, recipe, .. } = unit;
    let gather = (recipe.accumulate > 1).then_some((StepRole::Gather, false));
    let watched = recipe.watch.map(|_| (StepRole::Update, true));
    let exact = graph.nodes.iter().any(|node| matches!(&node.kind, NodeKind::Op(op) if op.exact_statistics()));
    let statistics = exact.then_some((StepRole::Statistics, false));
    let kinds: Vec<_> = [Some((StepRole::Update, false)), gather, watched, statistics].into_iter().flatten().collect();
    let phases = 0..recipe.phases.len();
    phases.flat_map(|phase| kinds.iter().map(move |(role, watched)| Variant { phase, role: *role, watched: *watched })).collect()
}

impl Compiled<'_> {
    /// The step of this kind.
    pub fn step(&self, variant: Variant) -> Option<&CompiledStep> {
        self.steps.iter().find(|step| step.variant == variant)
    }

    /// The update of the first phase.
    pub fn first(&self) -> &CompiledStep {
        &self.steps[0]
    }

    /// The work space of a prediction, in `f32`s.
    pub fn infer_work_len(&self) -> usize {
        self.infer.work_len.max(self.infer_one.work_len)
    }
}

/// Tensors begin at cache lines.
const ALIGN: usize = 16;

fn layout(steps: &[CompiledStep]) -> Layout {
    let mut tensors: Vec<Place> = Vec::new();
    let mut known = HashSet::new();
    for tensor in steps.iter().flat_map(|step| &step.graph.tensors) {
        if known.insert(&tensor.name) {
            let len = tensor.extent.rows * crate::interpret::columns(tensor.extent, 0);
            tensors.push(Place { tensor: tensor.clone(), offset: 0, len });
        }
    }
    let mut end = 0;
    let mut place = |is_state: bool| {
        let held = |place: &&mut Place| matches!(place.tensor.kind, TensorKind::State(..) | TensorKind::Signal(..)) == is_state;
        for place in tensors.iter_mut().filter(held) {
            place.offset = end;
            end = (end + place.len).next_multiple_of(ALIGN);
        }
        end
    };
    let (parameters_len, work) = (place(false), place(true));
    let work_len = steps.iter().map(|step| step.plan.work_len).max().unwrap_or(0);
    Layout { tensors, parameters_len, work, memory_len: work + work_len }
}
