//! Prints `step` and `infer`: the kernels in order, each with the parts of memory that it reads and writes. What is long is cut
//! into functions, for the time that rustc takes grows faster than the length of one.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::expr::{Number, print};
use super::kernel::{Source, function, number, scalar_name};
use super::{Printed, kernel_docs, kernel_name};
use crate::compile::{Compiled, CompiledStep};
use crate::expr::Leaf;
use crate::plan::{Content, Demand, Kernel, KernelKind, Plan, RowKernel, VECTOR};
use crate::train_graph::{Along, Columns, Operation, TensorId, ValueId};

/// Rows that threads take at once: a product's tile.
const GRANULE: usize = 8;

/// The calls of kernels and copies in one function, at the most.
const LONGEST: usize = 64;

/// The function `step`, and where there are several kinds of steps a function for each, among which it chooses.
pub fn step(compiled: &Compiled<'_>, name: &Ident, printed: &mut Printed) -> TokenStream {
    if let [only] = compiled.steps.as_slice() {
        return one_step(compiled, only, name, printed);
    }
    let mut out = TokenStream::new();
    let mut arms = TokenStream::new();
    for (index, step) in compiled.steps.iter().enumerate() {
        let kind = printed.fresh(&step.variant.name(&compiled.unit.recipe));
        out.extend(one_step(compiled, step, &kind, printed));
        let index = number(index);
        arms.extend(quote!(#index => #kind(call),));
    }
    quote! {
        #out

        /// One step of the kind that is asked for.
        fn #name(call: &mut Step<'_>) -> f32 {
            match call.variant {
                #arms
                other => panic!("there is no step of kind {other}"),
            }
        }
    }
}

fn one_step(compiled: &Compiled<'_>, step: &CompiledStep, name: &Ident, printed: &mut Printed) -> TokenStream {
    let plan = &step.plan;
    let docs = format!(" {}", step.variant.describe(&compiled.unit.recipe));
    let walked = walked(plan);
    let call = Call {
        kind: quote!(Step<'_>),
        begin: quote! {
            let (machine, n, seed, draw) = (call.machine, call.rows, call.seed, call.draw);
            let (inputs, targets) = (call.inputs, call.targets);
            #walked
        },
        memory: quote!(call.memory),
    };
    let mut driver = Driver::new(compiled, plan, printed, compiled.layout.work, false);
    let loss = plan.graph.loss.expect("a step has a loss");
    let loss = number(compiled.layout.work + plan.buffer(Content::Value(loss)).expect("the loss is kept").offset);
    driver.function(name, &docs, &call, &quote!(), &|_| quote!(memory[#loss]))
}

/// The function `infer`, and `infer_one` which it calls for a single sample.
pub fn infer(compiled: &Compiled<'_>, name: &Ident, printed: &mut Printed) -> TokenStream {
    let plan = &compiled.infer;
    let loss = plan.graph.loss.expect("a prediction has a loss");
    let loss = number(plan.buffer(Content::Value(loss)).expect("the loss is kept").offset);
    let (walked, one) = (walked(plan), printed.fresh(&format!("{name}_one")));
    let kind = quote!(Infer<'_>);
    let call = Call {
        kind: kind.clone(),
        begin: quote! {
            let (machine, n) = (call.machine, call.rows);
            #walked
            let (parameters, inputs, targets) = (call.parameters, call.inputs, call.targets);
            let (probabilities, loss) = (call.probabilities, !call.targets.is_empty());
        },
        memory: quote!(call.work),
    };
    let call_of_one = Call {
        kind,
        begin: quote! {
            let (machine, n) = (call.machine, 1);
            let (parameters, inputs) = (call.parameters, call.inputs);
            let probabilities = call.probabilities;
        },
        memory: quote!(call.work),
    };
    let first = quote! {
        if call.rows == 1 && call.targets.is_empty() {
            return #one(call);
        }
    };
    let mut driver = Driver::new(compiled, plan, printed, 0, true);
    let batch = driver.function(name, " The outputs of a batch.", &call, &first, &|driver| {
        let outputs = driver.outputs();
        quote!(#outputs if loss { memory[#loss] } else { 0.0 })
    });
    let mut driver = Driver::new(compiled, &compiled.infer_one, printed, 0, true);
    let single = driver.function(&one, " The outputs of one sample.", &call_of_one, &quote!(), &|driver| {
        let outputs = driver.outputs();
        quote!(#outputs 0.0)
    });
    quote!(#batch #single)
}

/// Binds the number of columns that loops over samples run over, where it is not constant.
fn walked(plan: &Plan) -> TokenStream {
    let (vector, stride) = (number(VECTOR), number(plan.stride()));
    if plan.varies() { quote!(let columns = usize::min(n.next_multiple_of(#vector), #stride);) } else { quote!() }
}

/// What a function is called with.
struct Call {
    /// The type that it borrows.
    kind: TokenStream,
    /// Binds what kernels take of it.
    begin: TokenStream,
    /// The memory that kernels work in.
    memory: TokenStream,
}

struct Driver<'a> {
    compiled: &'a Compiled<'a>,
    plan: &'a Plan,
    printed: &'a mut Printed,
    /// Where the work space begins in the memory at hand.
    work: usize,
    /// Whether tensors are the parameters of a prediction rather than a part of memory.
    infers: bool,
    /// What borrows parts of memory.
    views: Ident,
    /// The scalars of the step that kernels took since they were last asked for.
    scalars: BTreeSet<usize>,
}

/// A call of a kernel, or a copy.
struct Piece {
    demand: Demand,
    tokens: TokenStream,
    /// The scalars of the step that it takes.
    scalars: BTreeSet<usize>,
}

impl<'a> Driver<'a> {
    fn new(compiled: &'a Compiled<'a>, plan: &'a Plan, printed: &'a mut Printed, work: usize, infers: bool) -> Self {
        Driver { compiled, plan, printed, work, infers, views: format_ident!("views"), scalars: BTreeSet::new() }
    }

    /// A function that runs all kernels, in parts where they are many. `first` stands before everything, `last` gives the result.
    fn function(
        &mut self,
        name: &Ident,
        docs: &str,
        call: &Call,
        first: &TokenStream,
        last: &dyn Fn(&mut Self) -> TokenStream,
    ) -> TokenStream {
        let Call { kind, begin, memory } = call;
        let length: usize = self.plan.kernels.iter().map(|kernel| self.length(kernel)).sum();
        let cut = length > LONGEST;
        self.views = format_ident!("{}", if cut { "called_views" } else { "views" });
        let pieces = self.pieces();
        let scalars = self.scalars(&pieces);
        let (mut functions, mut calls) = (TokenStream::new(), TokenStream::new());
        if cut {
            for part in pieces.chunks(LONGEST) {
                let part_name = self.printed.fresh(&format!("{name}_part"));
                let used: BTreeSet<usize> = part.iter().flat_map(|piece| &piece.scalars).copied().collect();
                let names: Vec<Ident> = used.into_iter().map(scalar_name).collect();
                let kernels = group(part);
                functions.extend(quote! {
                    fn #part_name(call: &mut #kind, #(#names: f32),*) {
                        #begin
                        let memory = &mut #memory[..];
                        #kernels
                    }
                });
                calls.extend(quote!(#part_name(call, #(#names),*);));
            }
        } else {
            calls = group(&pieces);
        }
        // Parts borrow memory themselves.
        let (before, after) = if cut {
            (quote!(), quote!(let memory = &mut #memory[..];))
        } else {
            (quote!(let memory = &mut #memory[..];), quote!())
        };
        let result = last(self);
        quote! {
            #functions

            #[doc = #docs]
            fn #name(call: &mut #kind) -> f32 {
                #first
                #begin
                #scalars
                #before
                #calls
                #after
                #result
            }
        }
    }

    /// Binds the scalars of the step that are taken.
    fn scalars(&self, pieces: &[Piece]) -> TokenStream {
        let mut out = TokenStream::new();
        let taken: BTreeSet<usize> = pieces.iter().flat_map(|piece| &piece.scalars).copied().collect();
        for index in taken {
            let expr = &self.plan.graph.scalars[index];
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
        }
        out
    }

    /// How many calls and copies a kernel is.
    fn length(&self, kernel: &Kernel) -> usize {
        match &kernel.kind {
            KernelKind::Concat(id) => self.plan.graph.value(*id).operation.operands().len(),
            _ => 1,
        }
    }

    fn pieces(&mut self) -> Vec<Piece> {
        let always = Demand::OUTPUTS.with(Demand::PROBABILITIES);
        let mut pieces = vec![Piece { demand: always, tokens: self.mark(0), scalars: BTreeSet::new() }];
        for (index, kernel) in self.plan.kernels.iter().enumerate() {
            for tokens in self.kernel(kernel) {
                pieces.push(Piece { demand: kernel.demand, tokens, scalars: std::mem::take(&mut self.scalars) });
            }
            let mark = self.mark(index + 1);
            pieces.last_mut().expect("there is one").tokens.extend(mark);
        }
        pieces
    }

    /// Tells the host, if it wants to know, that so many kernels are done.
    fn mark(&self, done: usize) -> TokenStream {
        let done = number(done);
        if self.compiled.marks { quote!(machine.mark(#done);) } else { quote!() }
    }

    /// A kernel, as one call or several copies.
    fn kernel(&mut self, kernel: &Kernel) -> Vec<TokenStream> {
        vec![match &kernel.kind {
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
            KernelKind::Concat(id) => return self.concat(*id),
            KernelKind::Slice(id) => {
                let Operation::Slice { of, start, along } = self.plan.graph.value(*id).operation else { unreachable!("a slice") };
                // Columns of a single row lie one after the other, as rows do.
                let width = self.plan.width(*id);
                let start = if along == Along::Rows { start * width } else { start };
                let (from, len) = (number(start), number(self.plan.graph.extent(*id).rows * width));
                let from_source = self.source(of);
                let views = self.views(&[from_source], &[Source::Buffer(Content::Value(*id))], &[format_ident!("to")]);
                quote!({ #views to.copy_from_slice(&read_0[#from..][..#len]); })
            }
        }]
    }

    /// Each part is copied by itself, so that however many there are, few ranges are borrowed at once.
    fn concat(&mut self, id: ValueId) -> Vec<TokenStream> {
        let Operation::Concat(parts) = &self.plan.graph.value(id).operation else { unreachable!("parts") };
        let buffer = self.plan.buffer(Content::Value(id)).expect("what is joined has a buffer");
        let mut start = self.work + buffer.offset;
        let copies = parts.iter().map(|part| {
            let end = start + self.plan.graph.extent(*part).rows * self.plan.width(*part);
            let (from, to) = (number(std::mem::replace(&mut start, end)), number(end));
            let views = self.views_of(&[self.source(*part)], vec![quote!(#from..#to)], &[format_ident!("to")]);
            quote!({ #views to.copy_from_slice(read_0); })
        });
        copies.collect()
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
        let name = self.printed.function(&name, docs, function.key(), signature, function.body.clone());
        self.scalars.extend(&function.scalars);
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
        let to = writes.iter().map(|source| self.range(*source)).collect();
        self.views_of(reads, to, written)
    }

    /// As [`views`](Self::views), of ranges that are written.
    fn views_of(&mut self, reads: &[Source], to: Vec<TokenStream>, written: &[Ident]) -> TokenStream {
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
        let views = &self.views;
        quote! {
            #bindings
            let ([#(#names),*], [#(#written),*]) = #views(memory, [#(#ranges),*], [#(#to),*]);
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

/// Calls in order; neighbours that are asked for alike share one condition.
fn group(pieces: &[Piece]) -> TokenStream {
    let same = pieces.chunk_by(|one, other| one.demand == other.demand);
    same.map(|pieces| conditional(pieces[0].demand, pieces.iter().map(|piece| piece.tokens.clone()).collect())).collect()
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
