//! Plans and code as a person can review them: without the numbers that change everywhere when one thing is added, and without what
//! was to be read before.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dlm_compiler::compile::{CompileOptions, compile};
use dlm_compiler::graph::Unit;
use dlm_compiler::plan::{Plan, Update};
use dlm_compiler::train_graph::ValueId;

/// A part of what a recipe compiles to.
pub struct Section {
    title: String,
    lines: Vec<String>,
}

/// The plans of a recipe: each kind of step, and predictions.
pub fn sections(unit: &Unit) -> Vec<Section> {
    let compiled = compile(unit, CompileOptions::default());
    let mut sections: Vec<Section> = Vec::new();
    for step in &compiled.steps {
        sections.push(Section { title: step.variant.name(&unit.recipe), lines: lines(unit, &step.plan) });
    }
    let updates = compiled.first().plan.updates();
    let of = |(name, update): &(String, Update)| match update {
        Update::Fused => format!("{name}: fused with its gradient"),
        Update::TwoPhase => format!("{name}: in two phases"),
        Update::Constrained => format!("{name}: fused with its gradient, then constrained"),
    };
    sections.push(Section { title: "updates".into(), lines: updates.iter().map(of).collect() });
    sections.push(Section { title: "infer".into(), lines: lines(unit, &compiled.infer) });
    sections.push(Section { title: "infer one".into(), lines: lines(unit, &compiled.infer_one) });
    sections
}

/// A plan without what changes in every line when a kernel or a value is added: values go by their layers, kernels and buffers have
/// no numbers. Where buffers are is `memory_is_what_lifetimes_need`'s to hold, how long products take compiler/tests/time.rs'.
fn lines(unit: &Unit, plan: &Plan) -> Vec<String> {
    let labels = labels(unit, plan);
    let line = |line: &str| {
        let mut line = renamed(line, &labels);
        if let (Some(start), Some(end)) = (line.find(" (about "), line.find("), ")) {
            line.replace_range(start..=end, "");
        }
        match line.trim_start().strip_prefix("bytes ").and_then(|rest| rest.split_once(' ')) {
            Some((range, rest)) => {
                let (start, end) = range.split_once("..").expect("a range");
                let bytes = end.parse::<usize>().expect("a number") - start.parse::<usize>().expect("a number");
                format!("buffer of {bytes} bytes: {}", rest.split_once(": ").expect("what it holds").1)
            }
            // A kernel's number.
            None if line.get(..3).is_some_and(|number| number.trim().parse::<usize>().is_ok()) => format!("- {}", &line[5..]),
            None => line.trim_end().to_owned(),
        }
    };
    plan.to_string().lines().map(line).collect()
}

/// The name of each value and what to call it: by its layer, and where several would be called the same by their number among them.
fn labels(unit: &Unit, plan: &Plan) -> HashMap<usize, (String, String)> {
    let label = |index: usize| {
        let value = plan.graph.value(ValueId(index));
        match value.origin {
            Some(node) => format!("{}.{}", unit.graph.nodes[node.0].path, value.name),
            None => value.name.clone(),
        }
    };
    let mut by_label: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for index in 0..plan.graph.values.len() {
        by_label.entry(label(index)).or_default().push(index);
    }
    let numbered = |(label, indices): (String, Vec<usize>)| {
        let several = indices.len() > 1;
        let called = |k: usize| if several { format!("{label}#{}", k + 1) } else { label.clone() };
        let of = |(k, index): (usize, usize)| (index, (plan.graph.values[index].name.clone(), called(k)));
        indices.into_iter().enumerate().map(of).collect::<Vec<_>>()
    };
    by_label.into_iter().flat_map(numbered).collect()
}

/// A line in which each `%12 name`, or `%12`, is the value's label.
fn renamed(line: &str, labels: &HashMap<usize, (String, String)>) -> String {
    let mut parts = line.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (name, label) = &labels[&part[..digits].parse().expect("a value's number")];
        text += label;
        text += part[digits..].strip_prefix(&format!(" {name}")).unwrap_or(&part[digits..]);
    }
    text
}

/// The sections as text: of one that another is like, the lines that differ. `first`: the name and the sections of the model's first
/// recipe.
pub fn text(sections: &[Section], first: Option<(&str, &[Section])>) -> String {
    let mut text = String::new();
    for (index, section) in sections.iter().enumerate() {
        let of_first = first.and_then(|(name, all)| {
            let same = all.iter().find(|other| other.title == section.title).or_else(|| all.first().filter(|_| index == 0));
            same.map(|other| (format!("{name}'s {}", other.title), other))
        });
        // Kinds of steps of one recipe, too, are like one another.
        let is_step = !["updates", "infer", "infer one"].contains(&section.title.as_str());
        let own = sections[..index].iter().filter(|_| is_step).map(|other| (format!("its {}", other.title), other));
        let like = of_first.into_iter().chain(own).map(|(name, other)| (name, differences(&other.lines, &section.lines)));
        match like.min_by_key(|(_, differences)| differences.len()) {
            Some((name, none)) if none.is_empty() => text += &format!("{}: as {name}\n", section.title),
            Some((name, few)) if 4 * few.len() < 3 * section.lines.len() => {
                text += &format!("{}: as {name}, but\n{}\n", section.title, few.join("\n"));
            }
            _ => text += &format!("{}:\n{}\n", section.title, section.lines.join("\n")),
        }
        text.push('\n');
    }
    text
}

/// The lines that are to be taken away, marked `<`, and to be added, marked `>`, in order.
fn differences(from: &[String], to: &[String]) -> Vec<String> {
    // How many lines the rests beginning at each pair have in common.
    let mut common = vec![vec![0; to.len() + 1]; from.len() + 1];
    for (i, j) in (0..from.len()).rev().flat_map(|i| (0..to.len()).rev().map(move |j| (i, j))) {
        common[i][j] = if from[i] == to[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
    }
    let (mut i, mut j, mut found) = (0, 0, Vec::new());
    while i < from.len() || j < to.len() {
        if i < from.len() && j < to.len() && from[i] == to[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == to.len() || i < from.len() && common[i + 1][j] >= common[i][j + 1] {
            found.push(format!("< {}", from[i]));
            i += 1;
        } else {
            found.push(format!("> {}", to[j]));
            j += 1;
        }
    }
    found
}

/// The functions of generated code, and the blocks of those that drive them, each under the functions of `level` that it calls.
pub fn forms(tokens: &proc_macro2::TokenStream) -> Vec<(String, String)> {
    let file = syn::parse2::<syn::File>(tokens.clone()).expect("generated code is Rust");
    let mut found = Vec::new();
    for item in file.items {
        let syn::Item::Macro(item) = item else { continue };
        let inner = item.mac.tokens.into_iter().skip(2).collect();
        let functions = syn::parse2::<syn::File>(inner).expect("generated functions are Rust");
        for function in functions.items {
            let syn::Item::Fn(function) = function else { continue };
            // What drives the others is taken apart.
            if function.sig.inputs.iter().any(|input| quote::quote!(#input).to_string().starts_with("call")) {
                statements(&function.block, &mut found);
            } else {
                found.push(syn::Item::Fn(function));
            }
        }
    }
    let printed = |item: syn::Item| {
        let text = prettyplease::unparse(&super::whole(item));
        (called(&text), text)
    };
    found.into_iter().map(printed).filter(|(form, text)| form != "plain" || text.contains("for ")).collect()
}

/// The innermost statements of a block that call something of `level`, each as a function of its own.
fn statements(block: &syn::Block, found: &mut Vec<syn::Item>) {
    for statement in &block.stmts {
        match statement {
            syn::Stmt::Expr(syn::Expr::If(inner), _) => statements(&inner.then_branch, found),
            statement => found.push(syn::parse_quote!(fn part() { #statement })),
        }
    }
}

/// What stands in expressions: one of them in a loop is like another.
const MATHS: [&str; 8] = ["sqrt", "exp", "expm1", "ln", "ln_1p", "tanh", "sigmoid", "erf"];

/// The functions of `level` that a text calls, but for [`MATHS`], and what else tells forms apart, joined.
fn called(text: &str) -> String {
    let calls = text.split("level::").skip(1);
    let names = calls.map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default());
    let others = [("copy_from_slice", "copy"), ("copy_within", "copy"), (".split(", "split")];
    let others = others.iter().filter(|(sign, _)| text.contains(sign)).map(|(_, name)| *name);
    let names: BTreeSet<&str> = names.filter(|name| !MATHS.contains(name)).chain(others).collect();
    if names.is_empty() { "plain".to_owned() } else { names.into_iter().collect::<Vec<_>>().join("-") }
}
