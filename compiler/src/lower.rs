//! Lowers a graph to a training graph: forward, backward, penalties, clipping and update for a training step; forward,
//! probabilities and loss for a prediction.

use crate::expr::{Expr, Leaf, constant, operand};
use crate::graph::{Graph, NodeId, NodeKind, OutputKind, ParameterId, Port, Role, Unit};
use crate::loss;
use crate::op::softmax;
use crate::recipe::{Normalize, Recipe};
use crate::signature::Flavor;
use crate::train_graph::{Columns, Extent, Operation, Tensor, TensorId, TensorKind, TrainGraph, Value, ValueId, Write};
use crate::update;
use crate::watch::{self, Figure};

/// What is lowered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One update from one batch.
    Training,
    /// Outputs from parameters alone.
    Prediction,
    /// A pass over the training part after the last update, for statistics: a prediction but where they are gathered.
    Statistics,
}

/// What a layer's derivative needs of its forward pass.
#[derive(Clone, Debug, Default)]
pub struct Saved(pub Vec<ValueId>);

/// A training step among those that a recipe takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Variant {
    /// The phase of the training, which says what is frozen.
    pub phase: usize,
    /// What becomes of its gradients.
    pub role: StepRole,
    /// Whether it measures signals too.
    pub watched: bool,
}

impl Variant {
    /// What to call its function: `update`, `gather`, `update_1`, the phase's number where there are several.
    pub fn name(self, recipe: &Recipe) -> String {
        let role = match (self.role, self.watched) {
            (StepRole::Update, false) => "update",
            (StepRole::Update, true) => "watched_update",
            (StepRole::Gather, _) => "gather",
            (StepRole::Statistics, _) => "statistics",
        };
        if recipe.phases.len() > 1 { format!("{role}_{}", self.phase) } else { role.into() }
    }

    /// What it does, in a line.
    pub fn describe(self, recipe: &Recipe) -> String {
        let role = match (self.role, self.watched) {
            (StepRole::Update, false) => "One update",
            (StepRole::Update, true) => "One update, with a look at its signals",
            (StepRole::Gather, _) => "Gathers a batch's gradients",
            (StepRole::Statistics, _) => "Gathers statistics after the last update",
        };
        match recipe.phases[self.phase].begins {
            _ if recipe.phases.len() == 1 => format!("{role}."),
            begins => format!("{role}, from {} on.", crate::summary::show_length(begins)),
        }
    }
}

/// What becomes of a step's gradients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepRole {
    /// With those that were gathered, they make an update.
    Update,
    /// They are gathered for a later one.
    Gather,
    /// There are none: after the last update, statistics of the whole training part are gathered.
    Statistics,
}

/// A training graph in the making.
pub struct Lowering<'a> {
    graph: &'a Graph,
    mode: Mode,
    recipe: &'a Recipe,
    phase: usize,
    watched: bool,
    out: TrainGraph,
    /// The tensor of each parameter, and its value once it has been read.
    parameters: Vec<(TensorId, Option<ValueId>)>,
    /// The gradient of each parameter so far.
    gradients: Vec<Option<ValueId>>,
    /// The node whose operations are emitted.
    current: Option<NodeId>,
    streams: u32,
}

/// A step from one batch: an update of all parameters that are trained, the gathering of their gradients, or of statistics.
pub fn training(unit: &Unit, variant: Variant) -> TrainGraph {
    if variant.role == StepRole::Statistics {
        let mut lowering = Lowering::new(unit, Mode::Statistics, variant.phase);
        let (values, _) = lowering.forward();
        lowering.out.loss = Some(lowering.losses(&values, None));
        return lowering.finish(&values);
    }
    let mut lowering = Lowering::new(unit, Mode::Training, variant.phase);
    lowering.watched = variant.watched;
    let (values, saved) = lowering.forward();
    let mut gradients: Vec<Option<ValueId>> = vec![None; unit.graph.nodes.len()];
    let loss = lowering.losses(&values, Some(&mut gradients));
    lowering.backward(&saved, &mut gradients);
    if variant.watched {
        watch::activations(&mut lowering, &values);
    }
    lowering.current = None;
    lowering.out.loss = Some(update::emit(&mut lowering, variant.role == StepRole::Gather, loss));
    lowering.finish(&values)
}

/// The outputs for given inputs, and the loss where targets are given.
pub fn prediction(unit: &Unit) -> TrainGraph {
    let mut lowering = Lowering::new(unit, Mode::Prediction, 0);
    let (values, _) = lowering.forward();
    let mut outputs = Vec::new();
    for (index, output) in unit.graph.outputs.iter().enumerate() {
        lowering.current = Some(output.node);
        let value = values[output.node.0];
        let (value, probabilities) = match output.kind {
            OutputKind::Class(_) => (value, softmax::shares(&mut lowering, value)),
            OutputKind::Binary | OutputKind::Flags(_) => (value, lowering.map("probability", operand(0).sigmoid(), &[value])),
            OutputKind::Values(_) => {
                let value = lowering.given_back(index, value);
                (value, value)
            }
        };
        outputs.push(value);
        lowering.out.probabilities.push(probabilities);
    }
    lowering.out.loss = Some(lowering.losses(&values, None));
    let mut out = lowering.finish(&values);
    out.outputs = outputs;
    out
}

impl<'a> Lowering<'a> {
    fn new(unit: &'a Unit, mode: Mode, phase: usize) -> Self {
        let Unit { graph, recipe, .. } = unit;
        let mut out = TrainGraph::default();
        let parameters = graph
            .parameters
            .iter()
            .enumerate()
            .map(|(index, parameter)| {
                let extent = match (parameter.role, parameter.shape.as_slice()) {
                    // Memory holds the transpose of the file's (out, in).
                    (Role::Weight, &[units, inputs]) => Extent::new(inputs, Columns::Fixed(units)),
                    (_, shape) => Extent::new(shape.iter().product(), Columns::One),
                };
                out.tensors.push(Tensor {
                    name: parameter.path.clone(),
                    extent,
                    kind: TensorKind::Parameter(ParameterId(index)),
                });
                (TensorId(index), None)
            })
            .collect();
        Self {
            graph,
            mode,
            recipe,
            phase,
            watched: false,
            out,
            parameters,
            gradients: vec![None; graph.parameters.len()],
            current: None,
            streams: 0,
        }
    }

    /// Emits every node's meaning; returns each node's value and what its derivative needs.
    fn forward(&mut self) -> (Vec<ValueId>, Vec<Saved>) {
        let mut values: Vec<ValueId> = Vec::new();
        let mut saved = Vec::new();
        for (index, node) in self.graph.nodes.iter().enumerate() {
            self.current = Some(NodeId(index));
            let inputs: Vec<ValueId> = node.inputs.iter().map(|id| values[id.0]).collect();
            let (value, keep) = match &node.kind {
                NodeKind::Input(input) => (self.input(*input), Saved::default()),
                NodeKind::Op(op) => op.forward(self, &inputs),
            };
            values.push(value);
            saved.push(keep);
        }
        (values, saved)
    }

    /// An input, normalised: (raw − shift)·scale.
    fn input(&mut self, input: usize) -> ValueId {
        let features = self.graph.inputs[input].shape.iter().product();
        let name = &self.graph.inputs[input].name;
        let (shift, scale) = self.normalization(name, features, Port::Input(input));
        self.emit(name, Operation::Input { input, shift, scale }, Extent::new(features, Columns::Batch))
    }

    /// The shift and scale of an input or an output's targets.
    fn normalization(&mut self, name: &str, len: usize, port: Port) -> (ValueId, ValueId) {
        let mut statistic = |suffix: &str, kind| {
            let name = format!("normalize.{name}.{suffix}");
            let known = self.out.tensors.iter().position(|tensor| tensor.name == name);
            let tensor = TensorId(known.unwrap_or(self.out.tensors.len()));
            if known.is_none() {
                self.out.tensors.push(Tensor { name, extent: Extent::new(len, Columns::One), kind });
            }
            tensor
        };
        let (shift, scale) = (statistic("shift", TensorKind::Shift(port)), statistic("scale", TensorKind::Scale(port)));
        (self.read(shift), self.read(scale))
    }

    /// The shift and scale of an output's targets, where they are normalised. `value` has as many rows.
    fn target_normalization(&mut self, output: usize, value: ValueId) -> Option<(ValueId, ValueId)> {
        let normalize = self.recipe.normalize_targets.get(output).copied().unwrap_or(Normalize::None);
        let rows = self.extent(value).rows;
        (normalize != Normalize::None).then(|| self.normalization(&self.graph.outputs[output].name, rows, Port::Output(output)))
    }

    /// What an output's value is in the units of its targets: value/scale + shift.
    fn given_back(&mut self, output: usize, value: ValueId) -> ValueId {
        let Some((shift, scale)) = self.target_normalization(output, value) else { return value };
        self.map(&self.graph.outputs[output].name, operand(0) / operand(2) + operand(1), &[value, shift, scale])
    }

    /// Emits the losses; where `gradients` are wanted, each output's gradient is added to its node's.
    fn losses(&mut self, values: &[ValueId], mut gradients: Option<&mut Vec<Option<ValueId>>>) -> ValueId {
        let mut total: Option<ValueId> = None;
        let extra = ExtraTargets::of(self.graph, self.recipe);
        let weight = extra.weight.map(|port| self.figure("sample_weight", port));
        let mixed_share = extra.share.filter(|_| self.training()).map(|port| self.figure("share", port));
        for (index, (output, setting)) in self.graph.outputs.iter().zip(&self.recipe.losses).enumerate() {
            self.current = Some(output.node);
            let value = values[output.node.0];
            let rows = match output.kind {
                OutputKind::Class(_) => 1,
                _ => self.out.extent(value).rows,
            };
            let mut target = self.emit(&output.name, Operation::Target(index), Extent::new(rows, Columns::Batch));
            if let Some((shift, scale)) = self.target_normalization(index, target) {
                target = self.map(&output.name, (operand(0) - operand(1)) * operand(2), &[target, shift, scale]);
            }
            let target = loss::Target { value: target, weight, mixed: self.mixed(index, mixed_share) };
            let (mut loss, mut gradient) = setting.loss.emit(self, value, &target, gradients.is_some());
            if setting.weight != 1.0 {
                loss = self.map("loss", operand(0) * constant(setting.weight), &[loss]);
                gradient = gradient.map(|g| self.map(&format!("d_{}", output.name), operand(0) * constant(setting.weight), &[g]));
            }
            if self.predicts() && self.graph.outputs.len() > 1 {
                self.out.losses.push(loss);
            }
            total = Some(match total {
                None => loss,
                Some(sum) => self.map("loss", operand(0) + operand(1), &[sum, loss]),
            });
            if let (Some(gradients), Some(gradient)) = (gradients.as_deref_mut(), gradient) {
                self.accumulate(&mut gradients[output.node.0], gradient);
            }
        }
        total.expect("a graph has an output")
    }

    /// One figure a sample that comes with the targets.
    fn figure(&mut self, name: &str, port: usize) -> ValueId {
        self.current = None;
        self.emit(name, Operation::Target(port), Extent::new(1, Columns::Batch))
    }

    /// The other class of each sample of an output, where samples are mixed.
    fn mixed(&mut self, output: usize, share: Option<ValueId>) -> Option<(ValueId, ValueId)> {
        let port = ExtraTargets::of(self.graph, self.recipe).partners[output]?;
        let share = share?;
        let name = format!("{}_partner", self.graph.outputs[output].name);
        Some((self.emit(&name, Operation::Target(port), Extent::new(1, Columns::Batch)), share))
    }

    /// Emits every node's derivative, from the last to the first.
    fn backward(&mut self, saved: &[Saved], gradients: &mut [Option<ValueId>]) {
        let needed = self.needs_gradient();
        for (index, node) in self.graph.nodes.iter().enumerate().rev() {
            let (NodeKind::Op(op), Some(gradient)) = (&node.kind, gradients[index]) else { continue };
            self.current = Some(NodeId(index));
            let wanted: Vec<bool> = node.inputs.iter().map(|id| needed[id.0]).collect();
            let input_gradients = op.backward(self, &saved[index], gradient, &wanted);
            for (input, gradient) in node.inputs.iter().zip(input_gradients) {
                if let (true, Some(gradient)) = (needed[input.0], gradient) {
                    self.accumulate(&mut gradients[input.0], gradient);
                }
            }
        }
    }

    /// Which nodes have a trained parameter at or before them: others need no gradient.
    fn needs_gradient(&self) -> Vec<bool> {
        let mut needed = Vec::new();
        for node in &self.graph.nodes {
            let own = node.parameters.iter().any(|id| self.trained(*id));
            needed.push(own || node.inputs.iter().any(|id| needed[id.0]));
        }
        needed
    }

    fn accumulate(&mut self, sum: &mut Option<ValueId>, term: ValueId) {
        *sum = Some(match *sum {
            None => term,
            Some(so_far) => {
                let name = self.out.value(so_far).name.clone();
                self.map(&name, operand(0) + operand(1), &[so_far, term])
            }
        });
    }

    fn finish(mut self, values: &[ValueId]) -> TrainGraph {
        self.out.outputs = self.graph.outputs.iter().map(|output| values[output.node.0]).collect();
        self.out.gradients =
            self.gradients.iter().enumerate().filter_map(|(index, g)| g.map(|g| (ParameterId(index), g))).collect();
        self.out
    }
}

/// What ops, losses and updates emit with.
impl<'a> Lowering<'a> {
    /// Whether a training step is emitted, with its noise and batch statistics.
    pub fn training(&self) -> bool {
        self.mode == Mode::Training
    }

    /// Whether outputs are computed from parameters alone.
    pub fn predicts(&self) -> bool {
        self.mode == Mode::Prediction
    }

    /// Whether statistics of the whole training part are gathered.
    pub fn gathers_statistics(&self) -> bool {
        self.mode == Mode::Statistics
    }

    /// Whose conventions hold.
    pub fn flavor(&self) -> Flavor {
        self.recipe.flavor
    }

    /// The recipe that is lowered by.
    pub fn recipe(&self) -> &'a Recipe {
        self.recipe
    }

    /// Whether this phase trains a parameter.
    pub fn trained(&self, id: ParameterId) -> bool {
        self.graph.parameters[id.0].role.trainable() && !self.recipe.phases[self.phase].frozen.contains(&id)
    }

    /// Whether a loss that counts depends on a parameter: one whose weight is 0 does not.
    pub fn learns(&self, id: ParameterId) -> bool {
        let mut reached = vec![false; self.graph.nodes.len()];
        for (output, loss) in self.graph.outputs.iter().zip(&self.recipe.losses) {
            reached[output.node.0] |= loss.weight != 0.0;
        }
        for (index, node) in self.graph.nodes.iter().enumerate().rev() {
            if reached[index] {
                node.inputs.iter().for_each(|input| reached[input.0] = true);
            }
        }
        reached[self.graph.parameters[id.0].node.0]
    }

    /// Whether all that the current layer could learn is frozen: a normalisation then keeps to its statistics.
    pub fn frozen(&self) -> bool {
        let node = self.current.expect("parameters belong to a node");
        !self.graph.nodes[node.0].parameters.iter().any(|id| self.trained(*id))
    }

    /// Whether signals are measured.
    pub fn watched(&self) -> bool {
        self.watched
    }

    /// Leaves a figure of an activation or weight in memory.
    pub fn figure_of(&mut self, path: &str, figure: Figure, value: ValueId) {
        let of_weight = self.graph.parameters.iter().find(|parameter| parameter.path == path);
        let of_node = || self.graph.nodes.iter().find(|node| node.path == path);
        let shape = of_weight.map(|parameter| &parameter.shape).or_else(|| of_node().map(|node| &node.shape));
        let len = shape.map_or(1, |shape| shape.iter().product());
        let name = format!("{path}.{figure:?}");
        let extent = Extent::new(1, Columns::One);
        self.out.tensors.push(Tensor { name, extent, kind: TensorKind::Signal(figure, len) });
        self.write(TensorId(self.out.tensors.len() - 1), value);
    }

    /// The phase since which a parameter is trained.
    pub fn trained_since(&self, id: ParameterId) -> usize {
        let frozen = self.recipe.phases[..self.phase].iter().rposition(|phase| phase.frozen.contains(&id));
        frozen.map_or(0, |phase| phase + 1)
    }

    /// The graph that is lowered.
    pub fn graph(&self) -> &'a Graph {
        self.graph
    }

    /// The size of a value.
    pub fn extent(&self, value: ValueId) -> Extent {
        self.out.extent(value)
    }

    /// Whether a value is a product, or a product and a bias.
    pub fn is_product(&self, value: ValueId) -> bool {
        match &self.out.value(value).operation {
            Operation::Product { .. } => true,
            Operation::Map { operands, .. } => match operands.as_slice() {
                [product, bias] => {
                    let is_bias = matches!(self.out.value(*bias).operation, Operation::Read(_));
                    is_bias && matches!(self.out.value(*product).operation, Operation::Product { .. })
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Emits an operation. `name` is what the value is called within its layer.
    pub fn emit(&mut self, name: &str, operation: Operation, extent: Extent) -> ValueId {
        self.out.values.push(Value { operation, extent, name: name.into(), origin: self.current });
        ValueId(self.out.values.len() - 1)
    }

    /// An expression of operands, those with one row or one column repeated.
    pub fn map(&mut self, name: &str, expr: Expr, operands: &[ValueId]) -> ValueId {
        let mut extent = Extent::new(1, Columns::One);
        for id in operands {
            let operand = self.extent(*id);
            extent.rows = extent.rows.max(operand.rows);
            if operand.columns != Columns::One {
                extent.columns = operand.columns;
            }
        }
        for id in operands {
            let operand = self.extent(*id);
            debug_assert!(operand.rows == 1 || operand.rows == extent.rows, "{name}: {operand:?} in {extent:?}");
            debug_assert!(
                operand.columns == Columns::One || operand.columns == extent.columns,
                "{name}: {operand:?} in {extent:?}"
            );
        }
        self.emit(name, Operation::Map { expr, operands: operands.to_vec() }, extent)
    }

    /// `left · right`.
    pub fn product(&mut self, name: &str, left: (ValueId, Transposed), right: (ValueId, Transposed)) -> ValueId {
        let (l, r) = (self.extent(left.0), self.extent(right.0));
        let rows = if left.1 { fixed(l.columns) } else { l.rows };
        let columns = if right.1 { Columns::Fixed(r.rows) } else { r.columns };
        let operation = Operation::Product { left: left.0, left_transposed: left.1, right: right.0, right_transposed: right.1 };
        self.emit(name, operation, Extent::new(rows, columns))
    }

    /// The sum of each row.
    pub fn sum_columns(&mut self, name: &str, value: ValueId) -> ValueId {
        let rows = self.extent(value).rows;
        self.emit(name, Operation::SumColumns(value), Extent::new(rows, Columns::One))
    }

    /// The sum of each column.
    pub fn sum_rows(&mut self, name: &str, value: ValueId) -> ValueId {
        let columns = self.extent(value).columns;
        self.emit(name, Operation::SumRows(value), Extent::new(1, columns))
    }

    /// The sum of all elements: of each row, then of those.
    pub fn sum_all(&mut self, name: &str, value: ValueId) -> ValueId {
        let by_row = if self.extent(value).columns == Columns::One { value } else { self.sum_columns(name, value) };
        if self.extent(by_row).rows == 1 { by_row } else { self.sum_rows(name, by_row) }
    }

    /// Numbers that never change, one a row.
    pub fn constants(&mut self, name: &str, values: &[f64]) -> ValueId {
        let extent = Extent::new(values.len(), Columns::One);
        let values = values.iter().map(|value| *value as f32).collect();
        self.emit(name, Operation::Constants(values), extent)
    }

    /// The greatest of each column.
    pub fn max_rows(&mut self, name: &str, value: ValueId) -> ValueId {
        let columns = self.extent(value).columns;
        self.emit(name, Operation::MaxRows(value), Extent::new(1, columns))
    }

    /// Draws from [0, 1), of a stream of their own.
    pub fn uniform(&mut self, extent: Extent) -> ValueId {
        let stream = self.streams;
        self.streams += 1;
        self.emit("uniform", Operation::Uniform { stream }, extent)
    }

    /// The `index`-th parameter of the current layer.
    pub fn parameter(&mut self, index: usize) -> ValueId {
        let id = self.parameter_id(index);
        self.parameter_value(id)
    }

    /// A parameter of the model.
    pub fn parameter_value(&mut self, id: ParameterId) -> ValueId {
        let (tensor, value) = self.parameters[id.0];
        value.unwrap_or_else(|| {
            let value = self.read(tensor);
            self.parameters[id.0].1 = Some(value);
            value
        })
    }

    fn parameter_id(&self, index: usize) -> ParameterId {
        let node = self.current.expect("parameters belong to a node");
        self.graph.nodes[node.0].parameters[index]
    }

    /// Adds to the gradient of the current layer's `index`-th parameter.
    pub fn gradient(&mut self, index: usize, gradient: ValueId) {
        let id = self.parameter_id(index);
        if !self.trained(id) {
            return;
        }
        let mut sum = self.gradients[id.0];
        self.accumulate(&mut sum, gradient);
        self.gradients[id.0] = sum;
    }

    /// The gradients of all parameters so far.
    pub fn gradients(&self) -> Vec<(ParameterId, ValueId)> {
        self.gradients.iter().enumerate().filter_map(|(index, g)| g.map(|g| (ParameterId(index), g))).collect()
    }

    /// Attributes what follows to this layer.
    pub fn set_origin(&mut self, node: Option<NodeId>) {
        self.current = node;
    }

    /// Writes the current layer's `index`-th parameter, a statistic.
    pub fn write_statistic(&mut self, index: usize, value: ValueId) {
        let id = self.parameter_id(index);
        self.write(self.parameters[id.0].0, value);
    }

    /// The tensor of a parameter.
    pub fn tensor(&self, id: ParameterId) -> TensorId {
        self.parameters[id.0].0
    }

    /// A tensor of the optimizer for a parameter.
    pub fn state(&mut self, id: ParameterId, name: &str, initial: f32) -> TensorId {
        let Tensor { name: parameter, extent, .. } = &self.out.tensors[self.parameters[id.0].0.0];
        let tensor = Tensor { name: format!("{parameter}.{name}"), extent: *extent, kind: TensorKind::State(id, initial) };
        self.out.tensors.push(tensor);
        TensorId(self.out.tensors.len() - 1)
    }

    /// What a tensor held before the step.
    pub fn read(&mut self, tensor: TensorId) -> ValueId {
        let Tensor { name, extent, .. } = &self.out.tensors[tensor.0];
        let (name, extent) = (name.clone(), *extent);
        self.emit(&name, Operation::Read(tensor), extent)
    }

    /// What a tensor holds after the step.
    pub fn write(&mut self, tensor: TensorId, value: ValueId) {
        self.out.writes.push(Write { tensor, value });
    }

    /// A scalar of the step, computed in `f64` and rounded once.
    pub fn scalar(&mut self, expr: Expr) -> Expr {
        let index = self.out.scalars.iter().position(|other| *other == expr).unwrap_or_else(|| {
            self.out.scalars.push(expr);
            self.out.scalars.len() - 1
        });
        Expr::Leaf(Leaf::Scalar(index))
    }

    /// `factor` / n, n the number of rows in the batch.
    pub fn per_row(&mut self, factor: f64) -> Expr {
        self.scalar(constant(factor) / Expr::Leaf(Leaf::Rows))
    }
}

/// What comes with the targets of a step, as further targets, one figure a sample: where the recipe has them the sample's
/// weight, then for each output of classes the class of the sample that it is mixed with, then the share of the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtraTargets {
    /// The weight.
    pub weight: Option<usize>,
    /// The other class, for each output.
    pub partners: Vec<Option<usize>>,
    /// The share.
    pub share: Option<usize>,
    /// How many targets there are in a step.
    pub count: usize,
}

impl ExtraTargets {
    /// Where they are under a recipe.
    pub fn of(graph: &Graph, recipe: &Recipe) -> Self {
        let mut count = graph.outputs.len();
        let mut next = |wanted: bool| {
            let port = wanted.then_some(count);
            count += usize::from(wanted);
            port
        };
        let weight = next(recipe.sample_weights);
        let mixed = recipe.mixes();
        let is_class = |output: &crate::graph::Output| matches!(output.kind, OutputKind::Class(_));
        let partners: Vec<_> = graph.outputs.iter().map(|output| next(mixed && is_class(output))).collect();
        let share = next(partners.iter().any(Option::is_some));
        Self { weight, partners, share, count }
    }
}

/// Whether a factor's transpose is meant.
pub type Transposed = bool;

/// The columns of a value whose columns are not the batch.
fn fixed(columns: Columns) -> usize {
    match columns {
        Columns::One => 1,
        Columns::Fixed(columns) => columns,
        Columns::Batch => unreachable!("a transposed left factor is a weight"),
    }
}
