//! Prints a plan as Rust. Cannot fail: what could be wrong was an error before.

mod api;
mod driver;
mod expr;
mod kernel;
mod row;
mod typed;

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

pub use api::{ModuleOptions, identifier, module, module_name};

use crate::compile::Compiled;
use crate::plan::{Kernel, KernelKind, Plan};
use crate::train_graph::{Operation, ValueId};

/// Which instruction sets functions are printed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Levels<'a> {
    /// All that the target has; one is chosen at run time.
    All,
    /// This one: `avx512`, `avx2`, `neon` or `portable`.
    One(&'a str),
}

/// The functions `step` and `infer` of a model and recipe, as the items of a module. `kernels` is the path of the kernels'
/// crate, `source` the file's name for the functions' docs.
pub fn functions(compiled: &Compiled<'_>, kernels: &TokenStream, levels: Levels<'_>, source: &str) -> TokenStream {
    let mut printed = Printed::default();
    let names = ["step", "infer"].map(|name| printed.fresh(name));
    let entries = [printed.entries(compiled, source, names)];
    printed.module(&entries, kernels, levels)
}

/// The parts of the work space that a loop reads, for tests of what comes before.
#[cfg(test)]
pub(crate) fn reads(plan: &Plan, kernel: &crate::plan::RowKernel) -> Vec<crate::plan::Content> {
    let reads = kernel::function(plan, kernel).reads.into_iter();
    let content = |source| match source {
        kernel::Source::Buffer(content) => Some(content),
        _ => None,
    };
    reads.filter_map(content).collect()
}

/// The functions of several, `step_0`, `infer_0`, `step_1`, …, as the items of one module, in which all of them share what is
/// equal.
pub fn functions_of_all(models: &[(&Compiled<'_>, &str)], kernels: &TokenStream, levels: Levels<'_>) -> TokenStream {
    let mut printed = Printed::default();
    // Their names first: they are the caller's.
    let names: Vec<[Ident; 2]> =
        (0..models.len()).map(|index| ["step", "infer"].map(|name| printed.fresh(&format!("{name}_{index}")))).collect();
    let each = models.iter().zip(names).map(|((compiled, source), names)| printed.entries(compiled, source, names));
    let entries: Vec<Entries> = each.collect();
    printed.module(&entries, kernels, levels)
}

/// The two functions of a model and recipe that are called from outside.
struct Entries {
    step: Ident,
    infer: Ident,
    functions: TokenStream,
}

/// What has been printed so far.
#[derive(Default)]
struct Printed {
    source: String,
    constants: TokenStream,
    functions: Vec<PrintedFunction>,
    /// The function of each signature and body.
    known: HashMap<String, usize>,
    /// How many were called each name.
    names: HashMap<String, usize>,
    taken: HashSet<String>,
    /// The tensors' constants, by name.
    tensors: HashMap<String, Ident>,
}

struct PrintedFunction {
    /// The layers of each kernel that it computes.
    layers: Vec<String>,
    name: Ident,
    signature: TokenStream,
    body: TokenStream,
}

impl Printed {
    fn entries(&mut self, compiled: &Compiled<'_>, source: &str, [step, infer]: [Ident; 2]) -> Entries {
        source.clone_into(&mut self.source);
        // Where a tensor lies is each model's own.
        self.tensors.clear();
        let mut functions = driver::step(compiled, &step, self);
        functions.extend(driver::infer(compiled, &infer, self));
        Entries { step, infer, functions }
    }

    fn module(self, entries: &[Entries], kernels: &TokenStream, levels: Levels<'_>) -> TokenStream {
        let functions = self.functions.iter().map(|function| {
            let (docs, name, signature, body) = (function.docs(), &function.name, &function.signature, &function.body);
            quote!(#[doc = #docs] fn #name #signature { #body })
        });
        let called =
            entries.iter().map(|Entries { step, infer, .. }| quote!(#step(&mut Step<'_>) -> f32, #infer(&mut Infer<'_>) -> f32));
        let (drivers, constants) = (entries.iter().map(|entries| &entries.functions), &self.constants);
        let items = quote! {
            entries { #(#called),* }
            #(#functions)*
            #(#drivers)*
        };
        let items = match levels {
            Levels::All => quote!(#kernels::per_level! { #items }),
            Levels::One(level) => {
                let level = format_ident!("{level}");
                quote!(#kernels::one_level! { #level; #items })
            }
        };
        quote! {
            #[allow(unused_imports)]
            use #kernels::{Aligned, Infer, Machine, Rows, Step, called_views, maths::pow_int, views};
            #[allow(unused_imports)]
            use ::core::ops::Range;
            #constants
            #items
        }
    }

    /// The name of a function with this key: that of an equal one that is there, or a new one.
    fn function(&mut self, name: &str, layers: String, key: String, signature: TokenStream, body: TokenStream) -> Ident {
        if let Some(index) = self.known.get(&key) {
            let function = &mut self.functions[*index];
            function.layers.push(layers);
            return function.name.clone();
        }
        self.known.insert(key, self.functions.len());
        let name = self.fresh(name);
        self.functions.push(PrintedFunction { layers: vec![layers], name: name.clone(), signature, body });
        name
    }

    fn fresh(&mut self, name: &str) -> Ident {
        let mut base: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        if base.starts_with(|c: char| c.is_ascii_digit()) || base.is_empty() {
            base.insert(0, '_');
        }
        let count = self.names.entry(base.clone()).or_insert(0);
        loop {
            *count += 1;
            let name = if *count == 1 { base.clone() } else { format!("{base}_{count}") };
            // `update_2` may be the second `update`, or what somebody is called.
            if self.taken.insert(name.clone()) {
                return format_ident!("{name}");
            }
        }
    }
}

impl PrintedFunction {
    /// The layers that it computes: all of them, or the first where they are many.
    fn docs(&self) -> String {
        const MOST: usize = 16;
        let mut known = HashSet::new();
        let all: Vec<&str> = self.layers.iter().map(String::as_str).filter(|layers| known.insert(*layers)).collect();
        let more = if all.len() > MOST { format!("; and {} more", all.len() - MOST) } else { String::new() };
        format!(" {}{more}", all[..all.len().min(MOST)].join("; "))
    }
}

/// The values that a kernel computes, for its name and docs.
fn values(kernel: &Kernel) -> Vec<ValueId> {
    crate::plan::computed(kernel)
        .chain(match kernel.kind {
            KernelKind::Transpose(id) => Some(id),
            _ => None,
        })
        .collect()
}

/// A kernel's name: the layer and value that begin it.
fn kernel_name(compiled: &Compiled<'_>, plan: &Plan, kernel: &Kernel) -> String {
    let values = values(kernel);
    let lead = values
        .iter()
        .find(|id| matches!(plan.graph.value(**id).operation, Operation::Product { .. }))
        .or_else(|| values.iter().find(|id| !matches!(plan.graph.value(**id).operation, Operation::Uniform { .. })));
    let Some(lead) = lead else { return "write_back".into() };
    let value = plan.graph.value(*lead);
    match value.origin {
        Some(node) => format!("{}_{}", compiled.unit.graph.nodes[node.0].path, value.name),
        None => value.name.clone(),
    }
}

/// A kernel's docs: the layers that it computes and their lines.
fn kernel_docs(compiled: &Compiled<'_>, plan: &Plan, kernel: &Kernel, source: &str) -> String {
    let mut layers: Vec<String> = Vec::new();
    for id in values(kernel) {
        let Some(node) = plan.graph.value(id).origin else { continue };
        let node = &compiled.unit.graph.nodes[node.0];
        let layer = if node.line == 0 || source.is_empty() {
            format!("`{}`", node.path)
        } else {
            format!("`{}` ({source}:{})", node.path, node.line)
        };
        if !layers.contains(&layer) {
            layers.push(layer);
        }
    }
    layers.join(", ")
}
