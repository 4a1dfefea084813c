//! Prints a plan as Rust. Cannot fail: what could be wrong was an error before.

mod api;
mod driver;
mod expr;
mod kernel;
mod row;
mod typed;

use std::collections::HashMap;

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
    let mut printed = Printed { source: source.into(), ..Printed::default() };
    let step = driver::step(compiled, &mut printed);
    let infer = driver::infer(compiled, &mut printed);
    let constants = &printed.constants;
    let functions: Vec<TokenStream> = printed
        .functions
        .iter()
        .map(|function| {
            let (docs, name, signature, body) = (&function.docs, &function.name, &function.signature, &function.body);
            quote!(#[doc = #docs] fn #name #signature { #body })
        })
        .collect();
    let items = quote! {
        entries { step(&mut Step<'_>) -> f32, infer(&mut Infer<'_>) -> f32 }
        #(#functions)*
        #step
        #infer
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
        use #kernels::{Aligned, Infer, Machine, Rows, Step, maths::pow_int, views};
        #[allow(unused_imports)]
        use ::core::ops::Range;
        #constants
        #items
    }
}

/// What has been printed so far.
#[derive(Default)]
struct Printed {
    source: String,
    constants: TokenStream,
    functions: Vec<PrintedFunction>,
    /// The function of each signature and body.
    known: HashMap<String, usize>,
    names: HashMap<String, usize>,
    /// The tensors' constants, by name.
    tensors: HashMap<String, Ident>,
}

struct PrintedFunction {
    docs: String,
    name: Ident,
    signature: TokenStream,
    body: TokenStream,
}

impl Printed {
    /// The name of a function with this signature and body: that of an equal one that is there, or a new one.
    fn function(&mut self, name: &str, docs: String, signature: TokenStream, body: TokenStream) -> Ident {
        let text = format!("{signature} {body}");
        if let Some(index) = self.known.get(&text) {
            let function = &mut self.functions[*index];
            if !function.docs.contains(docs.trim()) {
                function.docs.push_str(&format!("; {}", docs.trim()));
            }
            return function.name.clone();
        }
        self.known.insert(text, self.functions.len());
        let name = self.fresh(name);
        self.functions.push(PrintedFunction { docs, name: name.clone(), signature, body });
        name
    }

    fn fresh(&mut self, name: &str) -> Ident {
        let mut base: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        if base.starts_with(|c: char| c.is_ascii_digit()) || base.is_empty() {
            base.insert(0, '_');
        }
        let count = self.names.entry(base.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { format_ident!("{base}") } else { format_ident!("{base}_{count}") }
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
    format!(" {}", layers.join(", "))
}
