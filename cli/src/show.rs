//! The compiler's stages as text.

use std::fmt::Write as _;

use dlm_compiler::graph::{Graph, NodeKind};
use dlm_compiler::train_graph::{Along, Operation, TensorKind, TrainGraph, ValueId};
use proc_macro2::{TokenStream, TokenTree};

/// A network: a line for each value with what it is made of, and its parameters below it.
pub fn graph(graph: &Graph) -> String {
    let mut out = format!("model {}\n", graph.name);
    // Writing to a string cannot fail.
    for (index, node) in graph.nodes.iter().enumerate() {
        let inputs: Vec<String> = node.inputs.iter().map(|input| format!("%{}", input.0)).collect();
        let made = match &node.kind {
            NodeKind::Input(_) => "input".to_owned(),
            NodeKind::Op(op) => format!("{op:?} of {}", inputs.join(", ")),
        };
        let _ = writeln!(out, "%{index} {}: {:?} = {made}    // line {}", node.path, node.shape, node.line);
        for parameter in &node.parameters {
            let parameter = &graph.parameters[parameter.0];
            let _ = writeln!(out, "    {}: {:?}, {:?}, {:?}", parameter.path, parameter.shape, parameter.role, parameter.init);
        }
    }
    for output in &graph.outputs {
        let _ = writeln!(out, "output {}: {:?} = %{}", output.name, output.kind, output.node.0);
    }
    out
}

/// A training graph: its tensors, its scalars, a line for each value, and what is written back.
pub fn train_graph(graph: &TrainGraph) -> String {
    let mut out = String::new();
    for (index, tensor) in graph.tensors.iter().enumerate() {
        let kind = match tensor.kind {
            TensorKind::Parameter(_) => "parameter".to_owned(),
            TensorKind::Shift(_) | TensorKind::Scale(_) => "normalisation".to_owned(),
            TensorKind::State(_, value) => format!("state from {value}"),
            TensorKind::Signal(..) => "signal".to_owned(),
        };
        let _ = writeln!(out, "tensor {index} {}: {:?}, {kind}", tensor.name, tensor.extent);
    }
    for (index, scalar) in graph.scalars.iter().enumerate() {
        let _ = writeln!(out, "scalar {index} = {scalar:?}");
    }
    for (index, value) in graph.values.iter().enumerate() {
        let _ = writeln!(out, "%{index} {}: {:?} = {}", value.name, value.extent, operation(graph, &value.operation));
    }
    for write in &graph.writes {
        let _ = writeln!(out, "write {} = %{}", graph.tensors[write.tensor.0].name, write.value.0);
    }
    if let Some(loss) = graph.loss {
        let _ = writeln!(out, "loss = %{}", loss.0);
    }
    out
}

fn operation(graph: &TrainGraph, operation: &Operation) -> String {
    let list = |ids: &[ValueId]| ids.iter().map(|id| format!("%{}", id.0)).collect::<Vec<_>>().join(", ");
    let transposed = |transposed: bool| if transposed { " transposed" } else { "" };
    match operation {
        Operation::Input { input, shift, scale } => format!("input {input}, (raw - %{}) * %{}", shift.0, scale.0),
        Operation::Raw(input) => format!("one sample of input {input}"),
        Operation::Target(output) => format!("target {output}"),
        Operation::Read(tensor) => format!("read {}", graph.tensors[tensor.0].name),
        Operation::Constants(values) => format!("{values:?}"),
        Operation::Product { left, left_transposed, right, right_transposed } => {
            format!("%{}{} times %{}{}", left.0, transposed(*left_transposed), right.0, transposed(*right_transposed))
        }
        Operation::Map { expr, operands } => format!("{expr:?} of {}", list(operands)),
        Operation::SumColumns(x) => format!("sum of each row of %{}", x.0),
        Operation::SumRows(x) => format!("sum of each column of %{}", x.0),
        Operation::MaxRows(x) => format!("greatest of each column of %{}", x.0),
        Operation::MaxColumns(x) => format!("greatest of each row of %{}", x.0),
        Operation::Uniform { stream } => format!("uniform draws of stream {stream}"),
        Operation::Concat(operands) => format!("rows of {}", list(operands)),
        Operation::Slice { of, start, along: Along::Rows } => format!("rows of %{} from {start}", of.0),
        Operation::Slice { of, start, along: Along::Columns } => format!("columns of %{} from {start}", of.0),
    }
}

/// Tokens as formatted Rust, the functions inside `per_level!` too.
pub fn rust(tokens: TokenStream) -> String {
    let Ok(file) = syn::parse2::<syn::File>(tokens.clone()) else { return format!("{tokens}\n") };
    let mut out = String::new();
    for item in file.items {
        let text = match &item {
            syn::Item::Macro(item) => level_macro(item),
            _ => None,
        };
        out.push_str(&text.unwrap_or_else(|| pretty(vec![item])));
    }
    out
}

/// `per_level! { entries { … } functions }` with its functions formatted; nothing for another macro.
fn level_macro(item: &syn::ItemMacro) -> Option<String> {
    let mut tokens = item.mac.tokens.clone().into_iter();
    let mut head = String::new();
    loop {
        match tokens.next()? {
            TokenTree::Group(entries) => {
                let _ = write!(head, "{{ {} }}", entries.stream());
                break;
            }
            token => {
                let _ = write!(head, "{token} ");
            }
        }
    }
    let functions = syn::parse2::<syn::File>(tokens.collect()).ok()?;
    let path = &item.mac.path;
    let path = quote::quote!(#path).to_string().replace(' ', "");
    let body = pretty(functions.items);
    let body: String = body.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect();
    Some(format!("{path}! {{\n    {head}\n\n{body}}}\n"))
}

fn pretty(items: Vec<syn::Item>) -> String {
    prettyplease::unparse(&syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items })
}
