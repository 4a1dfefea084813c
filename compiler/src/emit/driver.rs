//! Prints `step` and `infer`: the kernels in order, each with the parts of memory that it reads and writes.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::expr::{Number, print};
use super::kernel::{Source, function, number, scalar_name};
use super::{Printed, kernel_docs, kernel_name};
use crate::compile::{Compiled, CompiledStep};
use crate::expr::Leaf;
use crate::plan::{Content, Demand, Kernel, KernelKind, Plan, RowKernel, VECTOR};
use crate::train_graph::{Columns, Operation, TensorId, ValueId};

/// Rows that threads take at once: a product's tile.
const GRANULE: usize = 8;

/// The function `step`, and where there are several kinds of steps a function for each, among which it chooses.
pub fn step(compiled: &Compiled<'_>, printed: &mut Printed) -> TokenStream {
    if let [only] = compiled.steps.as_slice() {
        return one_step(compiled, only, &format_ident!("step"), printed);
    }
    let mut out = TokenStream::new();
    let mut arms = TokenStream::new();
    for (index, step) in compiled.steps.iter().enumerate() {
        let name = printed.fresh(&step.variant.name(&compiled.unit.recipe));
        out.extend(one_step(compiled, step, &name, printed));
        let index = number(index);
        arms.extend(quote!(#index => #name(call),));
    }
    quote! {
        #out

        /// One step of the kind that is asked for.
        fn step(call: &mut Step<'_>) -> f32 {
            match call.variant {
                #arms
                other => panic!("there is no step of kind {other}"),
            }
        }
    }
}

fn one_step(compiled: &Compiled<'_>, step: &CompiledStep, name: &Ident, printed: &mut Printed) -> TokenStream {
    let plan = &step.plan;
    let walked = walked(plan);
    let docs = format!(" {}", step.variant.describe(&compiled.unit.recipe));
    let mut driver = Driver { compiled, plan, printed, work: compiled.layout.work, infers: false };
    let scalars = driver.scalars();
    let kernels = driver.kernels();
    let loss = plan.graph.loss.expect("a step has a loss");
    let loss = number(compiled.layout.work + plan.buffer(Content::Value(loss)).expect("the loss is kept").offset);
    quote! {
        #[doc = #docs]
        fn #name(call: &mut Step<'_>) -> f32 {
            let (machine, n, seed, draw) = (call.machine, call.rows, call.seed, call.draw);
            let (inputs, targets) = (call.inputs, call.targets);
            #walked
            #scalars
            let memory = &mut call.memory[..];
            #kernels
            memory[#loss]
        }
    }
}

/// The function `infer`, and `infer_one` which it calls for a single sample.
pub fn infer(compiled: &Compiled<'_>, printed: &mut Printed) -> TokenStream {
    let plan = &compiled.infer;
    let mut driver = Driver { compiled, plan, printed, work: 0, infers: true };
    let scalars = driver.scalars();
    let kernels = driver.kernels();
    let outputs = driver.outputs();
    let loss = plan.graph.loss.expect("a prediction has a loss");
    let loss = number(plan.buffer(Content::Value(loss)).expect("the loss is kept").offset);
    let walked = walked(plan);
    let one = &compiled.infer_one;
    let mut driver = Driver { compiled, plan: one, printed, work: 0, infers: true };
    let one_kernels = driver.kernels();
    let one_outputs = driver.outputs();
    quote! {
        /// The outputs of a batch.
        fn infer(call: &mut Infer<'_>) -> f32 {
            if call.rows == 1 && call.targets.is_empty() {
                return infer_one(call);
            }
            let (machine, n) = (call.machine, call.rows);
            #walked
            let (parameters, inputs, targets) = (call.parameters, call.inputs, call.targets);
            let (probabilities, loss) = (call.probabilities, !call.targets.is_empty());
            #scalars
            let memory = &mut call.work[..];
            #kernels
            #outputs
            if loss { memory[#loss] } else { 0.0 }
        }

        /// The outputs of one sample.
        fn infer_one(call: &mut Infer<'_>) -> f32 {
            let (machine, n) = (call.machine, 1);
            let (parameters, inputs) = (call.parameters, call.inputs);
            let probabilities = call.probabilities;
            let memory = &mut call.work[..];
            #one_kernels
            #one_outputs
            0.0
        }
    }
}

/// Binds the number of columns that loops over samples run over, where it is not constant.
fn walked(plan: &Plan) -> TokenStream {
    let (vector, stride) = (number(VECTOR), number(plan.stride()));
    if plan.varies() { quote!(let columns = usize::min(n.next_multiple_of(#vector), #stride);) } else { quote!() }
}

struct Driver<'a> {
    compiled: &'a Compiled<'a>,
    plan: &'a Plan,
    printed: &'a mut Printed,
    /// Where the work space begins in the memory at hand.
    work: usize,
    /// Whether tensors are the parameters of a prediction rather than a part of memory.
    infers: bool,
}

impl Driver<'_> {
    /// Binds the scalars of the step.
    fn scalars(&self) -> TokenStream {
        let mut out = TokenStream::new();
        let mut used = TokenStream::new();
        for (index, expr) in self.plan.graph.scalars.iter().enumerate() {
            let name = scalar_name(index);
            let leaf = |leaf: Leaf| match leaf {
                Leaf::LearningRate => quote!(call.learning_rate),
                Leaf::Momentum => quote!(call.momentum),
                Leaf::NextMomentum => quote!(call.next_momentum),
                Leaf::Update(phase) => {
                    let phase = number(phase);
                    quote!(call.updates[#phase] as f64)
                }
                Leaf::Rows => quote!(n as f64),
                Leaf::Gathered => quote!(call.gathered as f64),
                other => unreachable!("not in a scalar of a step: {other:?}"),
            };
            let (bindings, value) = print(expr, Number::F64, &name.to_string(), &leaf);
            out.extend(bindings);
            out.extend(quote!(let #name = (#value) as f32;));
            used.extend(quote!(#name,));
        }
        out
    }

    fn kernels(&mut self) -> TokenStream {
        let mut out = self.mark(0);
        let mut asked = Demand::OUTPUTS.with(Demand::PROBABILITIES);
        let mut group = TokenStream::new();
        // Neighbours that are asked for alike share one condition.
        for (index, kernel) in self.plan.kernels.iter().enumerate() {
            if kernel.demand != asked {
                out.extend(conditional(asked, std::mem::take(&mut group)));
                asked = kernel.demand;
            }
            group.extend(self.kernel(kernel));
            group.extend(self.mark(index + 1));
        }
        out.extend(conditional(asked, group));
        out
    }

    /// Tells the host, if it wants to know, that so many kernels are done.
    fn mark(&self, done: usize) -> TokenStream {
        let done = number(done);
        if self.compiled.marks { quote!(machine.mark(#done);) } else { quote!() }
    }

    fn kernel(&mut self, kernel: &Kernel) -> TokenStream {
        match &kernel.kind {
            KernelKind::Rows(rows) => self.rows(kernel, rows),
            KernelKind::Load(id) => self.load(kernel, *id),
            KernelKind::LoadTarget(id) => {
                let Operation::Target(output) = self.plan.graph.value(*id).operation else { unreachable!("targets") };
                let (output, rows, batch) = (number(output), number(self.plan.graph.extent(*id).rows), self.batch());
                let to = self.range(Source::Buffer(Content::Value(*id)));
                quote!(level::transpose(&targets[#output], #rows, &mut memory[#to], #batch, n, #rows);)
            }
            KernelKind::Transpose(id) => {
                let (rows, width) = (number(self.plan.graph.extent(*id).rows), number(self.plan.width(*id)));
                let columns = self.columns(*id);
                let from = self.source(*id);
                let views = self.views(&[from], &[Source::Buffer(Content::Transposed(*id))], &[format_ident!("to")]);
                let strips = self.plan.strips(*id);
                let (strip, depths) = (number(strips.width), number(strips.depths));
                quote!({ #views level::transpose_to_strips(read_0, #width, to, #strip, #depths, #rows, #columns); })
            }
            KernelKind::Concat(id) => {
                let Operation::Concat(parts) = self.plan.graph.value(*id).operation.clone() else { unreachable!("parts") };
                let reads: Vec<Source> = parts.iter().map(|part| self.source(*part)).collect();
                let views = self.views(&reads, &[Source::Buffer(Content::Value(*id))], &[format_ident!("to")]);
                let mut start = 0;
                let copies = parts.iter().enumerate().map(|(index, part)| {
                    let read = format_ident!("read_{index}");
                    let end = start + self.plan.graph.extent(*part).rows * self.plan.width(*part);
                    let (from, to) = (number(std::mem::replace(&mut start, end)), number(end));
                    quote!(to[#from..#to].copy_from_slice(#read);)
                });
                let copies: TokenStream = copies.collect();
                quote!({ #views #copies })
            }
            KernelKind::Slice(id) => {
                let Operation::Slice { of, start } = self.plan.graph.value(*id).operation else { unreachable!("a slice") };
                let width = self.plan.width(*id);
                let (from, len) = (number(start * width), number(self.plan.graph.extent(*id).rows * width));
                let from_source = self.source(of);
                let views = self.views(&[from_source], &[Source::Buffer(Content::Value(*id))], &[format_ident!("to")]);
                quote!({ #views to.copy_from_slice(&read_0[#from..][..#len]); })
            }
        }
    }

    fn load(&mut self, kernel: &Kernel, id: ValueId) -> TokenStream {
        let Operation::Input { input, shift, scale } = self.plan.graph.value(id).operation else { unreachable!("an input") };
        let reads = [self.source(shift), self.source(scale)];
        let views = self.views(&reads, &[Source::Buffer(Content::Value(id))], &[format_ident!("to")]);
        let (input, features, batch) = (number(input), number(self.plan.graph.extent(id).rows), self.batch());
        if kernel.split {
            quote!({
                #views
                machine.split(#features, 16, [Rows::new(to, #batch)], |first, [to]| {
                    level::load(to, #batch, &inputs[#input], #features, first, read_0, read_1, n)
                });
            })
        } else {
            quote!({ #views level::load(to, #batch, &inputs[#input], #features, 0, read_0, read_1, n); })
        }
    }

    fn rows(&mut self, kernel: &Kernel, rows: &RowKernel) -> TokenStream {
        let function = function(self.plan, rows);
        let (parameters, written) = (&function.parameters, &function.written);
        // Each array is a parameter of its own: only of those does the compiler know that they do not overlap.
        let signature = quote!((#parameters #(#written: &mut [f32]),*));
        let docs = kernel_docs(self.compiled, self.plan, kernel, &self.printed.source);
        let prefix = if self.plan.options.batch == 1 && self.infers { "one_" } else { "" };
        let prefix = if self.infers { format!("infer_{prefix}") } else { String::new() };
        let name = format!("{prefix}{}", kernel_name(self.compiled, self.plan, kernel));
        let name = self.printed.function(&name, docs, signature, function.body);
        let sources: Vec<Source> = function.writes.iter().map(|(source, _)| *source).collect();
        let targets: Vec<Ident> = (0..sources.len()).map(|index| format_ident!("write_{index}")).collect();
        let views = self.views(&function.reads, &sources, &targets);
        let arguments = &function.arguments;
        if kernel.split {
            let total = number(rows.rows);
            let granule = number(GRANULE);
            let arrays = function.writes.iter().zip(&targets).map(|((_, width), target)| {
                let width = number(*width);
                quote!(Rows::new(#target, #width))
            });
            quote!({
                #views
                machine.split(#total, #granule, [#(#arrays),*], |first, [#(#targets),*]| #name(#arguments #(#targets),*));
            })
        } else {
            quote!({ #views let first = 0; #name(#arguments #(#targets),*); })
        }
    }

    /// Copies outputs to where the caller wants them, samples first.
    fn outputs(&mut self) -> TokenStream {
        let mut out = TokenStream::new();
        let graph = &self.plan.graph;
        for (index, (value, probability)) in graph.outputs.iter().zip(&graph.probabilities).enumerate() {
            let output = number(index);
            let mut copy = |id: ValueId| {
                let Source::Buffer(content) = self.source(id) else { unreachable!("outputs are kept") };
                let from = self.range(Source::Buffer(content));
                let (rows, columns) = (number(self.plan.graph.extent(id).rows), self.plan.graph.extent(id).columns);
                let width = number(self.plan.width(id));
                match columns {
                    Columns::Batch => quote! {
                        level::transpose(&memory[#from], #width, &mut call.outputs[#output], #rows, #rows, n);
                    },
                    _ => quote!(call.outputs[#output].copy_from_slice(&memory[#from]);),
                }
            };
            let value_copy = copy(*value);
            out.extend(if value == probability {
                value_copy
            } else {
                let probability_copy = copy(*probability);
                quote!(if probabilities { #probability_copy } else { #value_copy })
            });
        }
        out
    }

    fn batch(&self) -> Literal {
        number(self.plan.stride())
    }

    fn columns(&self, id: ValueId) -> TokenStream {
        match self.plan.graph.extent(id).columns {
            Columns::Batch => quote!(n),
            _ => {
                let width = number(self.plan.width(id));
                quote!(#width)
            }
        }
    }

    fn source(&self, id: ValueId) -> Source {
        match self.plan.graph.value(id).operation {
            Operation::Read(tensor) => Source::Tensor(tensor),
            Operation::Raw(input) => Source::Raw(input),
            Operation::Constants(_) => Source::Constants(id),
            _ => Source::Buffer(Content::Value(id)),
        }
    }

    /// Binds `read_0`, `read_1`, … and the arrays that are written.
    fn views(&mut self, reads: &[Source], writes: &[Source], written: &[Ident]) -> TokenStream {
        let mut bindings = TokenStream::new();
        let (mut names, mut ranges) = (Vec::new(), Vec::new());
        for (index, source) in reads.iter().enumerate() {
            let name = format_ident!("read_{index}");
            match source {
                Source::Raw(input) => {
                    let input = number(*input);
                    bindings.extend(quote!(let #name = &inputs[#input][..];));
                }
                Source::Constants(id) => {
                    let constant = self.constants(*id);
                    bindings.extend(quote!(let #name = &#constant[..];));
                }
                Source::Tensor(_) if self.infers => {
                    let range = self.range(*source);
                    bindings.extend(quote!(let #name = &parameters[#range];));
                }
                _ => {
                    names.push(name);
                    ranges.push(self.range(*source));
                }
            }
        }
        let to = writes.iter().map(|source| self.range(*source)).collect::<Vec<_>>();
        quote! {
            #bindings
            let ([#(#names),*], [#(#written),*]) = views(memory, [#(#ranges),*], [#(#to),*]);
        }
    }

    /// Where an array lies in memory; tensors have a constant.
    fn range(&mut self, source: Source) -> TokenStream {
        match source {
            Source::Tensor(tensor) => {
                let name = self.tensor(tensor);
                quote!(#name)
            }
            Source::Buffer(content) => {
                let buffer = self.plan.buffer(content).expect("what is read from the work space has a buffer");
                let start = self.work + buffer.offset;
                let (start, end) = (number(start), number(start + buffer.len));
                quote!(#start..#end)
            }
            Source::Raw(_) | Source::Constants(_) => unreachable!("not in memory"),
        }
    }

    /// The name of an array of numbers; equal ones share it.
    fn constants(&mut self, id: ValueId) -> Ident {
        let value = self.plan.graph.value(id);
        let Operation::Constants(values) = &value.operation else { unreachable!("constants") };
        let key = format!("{values:?}");
        if let Some(constant) = self.printed.tensors.get(&key) {
            return constant.clone();
        }
        let constant = self.printed.fresh(&value.name.to_uppercase());
        let (len, values) = (number(values.len()), values.iter().map(|value| Literal::f32_unsuffixed(*value)));
        self.printed.constants.extend(quote!(const #constant: [f32; #len] = [#(#values),*];));
        self.printed.tensors.insert(key, constant.clone());
        constant
    }

    fn tensor(&mut self, tensor: TensorId) -> Ident {
        let name = &self.plan.graph.tensors[tensor.0].name;
        if let Some(constant) = self.printed.tensors.get(name) {
            return constant.clone();
        }
        let constant = self.printed.fresh(&name.to_uppercase());
        let place = self.compiled.layout.place(name).expect("a tensor of the model");
        let (start, end) = (number(place.offset), number(place.offset + place.len));
        self.printed.constants.extend(quote!(const #constant: Range<usize> = #start..#end;));
        self.printed.tensors.insert(name.clone(), constant.clone());
        constant
    }
}

/// Kernels that run when they are asked for.
fn conditional(demand: Demand, kernels: TokenStream) -> TokenStream {
    let condition = match demand {
        _ if kernels.is_empty() => return kernels,
        demand if demand.always() => return kernels,
        Demand::PROBABILITIES => quote!(probabilities),
        Demand::LOSS => quote!(loss),
        Demand::OUTPUTS => quote!(!probabilities),
        demand if demand == Demand::LOSS.with(Demand::OUTPUTS) => quote!(loss || !probabilities),
        _ => quote!(loss || probabilities),
    };
    quote!(if #condition { #kernels })
}
