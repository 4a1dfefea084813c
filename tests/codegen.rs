//! Snapshots of what the corpus compiles to: the plan of every model (its kernels, what each fuses, which buffers it takes), of
//! further recipes what differs; the whole generated code of the smallest, and each form of kernel once. Review them with `cargo insta
//! review`.

#[path = "codegen/review.rs"]
mod review;
mod support;

use std::collections::BTreeMap;

use dlm_compiler::compile::{CompileOptions, compile};
use dlm_compiler::emit::{Levels, functions};
use dlm_compiler::plan::Update;
use quote::quote;
use review::Section;
use support::unit_name;

/// The model whose whole code is kept.
const WHOLE: &str = "linear";

/// How long a snapshot may be: so much can be read before it is accepted.
const READABLE: usize = 320;

/// Code as a person would lay it out. The macro around the functions is opened, so that they are formatted too.
fn formatted(tokens: &proc_macro2::TokenStream) -> String {
    let file = syn::parse2::<syn::File>(tokens.clone()).expect("generated code is Rust");
    let mut text = String::new();
    for item in file.items {
        let syn::Item::Macro(item) = item else {
            text.push_str(&prettyplease::unparse(&whole(item)));
            continue;
        };
        let inner: Vec<proc_macro2::TokenTree> = item.mac.tokens.clone().into_iter().collect();
        let path = &item.mac.path;
        // `entries { … }`, then functions.
        let entries: proc_macro2::TokenStream = inner[..2].iter().cloned().collect();
        let functions: proc_macro2::TokenStream = inner[2..].iter().cloned().collect();
        let functions = syn::parse2::<syn::File>(functions).expect("generated functions are Rust");
        text.push_str(&format!("// {}! {entries}\n", quote!(#path)));
        for function in functions.items {
            text.push('\n');
            text.push_str(&prettyplease::unparse(&whole(function)));
        }
    }
    text
}

/// A file of one item.
fn whole(item: syn::Item) -> syn::File {
    syn::File { shebang: None, frontmatter: None, attrs: vec![], items: vec![item] }
}

#[test]
fn plans() {
    for (stem, source) in support::sources() {
        let program = support::program(&stem, &source);
        for model in &program.models {
            let mut first: Option<(String, Vec<Section>)> = None;
            for unit in &model.units {
                let (name, sections) = (unit_name(unit), review::sections(unit));
                let text = review::text(&sections, first.as_ref().map(|(name, sections)| (name.as_str(), sections.as_slice())));
                let lines = text.lines().count();
                assert!(lines <= READABLE, "{stem}.dlm, {name}: {lines} lines; a smaller model, or several, can be read");
                insta::assert_snapshot!(format!("plan_{stem}_{}", name.replace(" as ", "_")), text);
                first.get_or_insert((name, sections));
            }
        }
    }
}

#[test]
fn code() {
    let (stem, source) = support::sources().into_iter().find(|(stem, _)| stem == WHOLE).expect("it is part of the corpus");
    let program = support::program(&stem, &source);
    let compiled = compile(&program.models[0].units[0], CompileOptions::default());
    let tokens = functions(&compiled, &quote!(::dlm::__rt::kernels), Levels::All, &format!("{stem}.dlm"));
    insta::assert_snapshot!(format!("code_{stem}"), formatted(&tokens));
}

/// Of each form of kernel that the corpus has, told apart by the functions of `level` that it calls, the shortest one.
#[test]
fn forms_of_kernels() {
    let mut forms: BTreeMap<String, String> = BTreeMap::new();
    for (stem, source) in support::sources() {
        let program = support::program(&stem, &source);
        // One recipe of each model: the others differ in numbers.
        for model in &program.models {
            let compiled = compile(&model.units[0], CompileOptions::default());
            let tokens = functions(&compiled, &quote!(::dlm::__rt::kernels), Levels::All, &format!("{stem}.dlm"));
            for (form, text) in review::forms(&tokens) {
                let shortest = forms.entry(form).or_insert_with(|| text.clone());
                if (text.len(), &text) < (shortest.len(), shortest) {
                    *shortest = text;
                }
            }
        }
    }
    for (form, text) in forms {
        insta::assert_snapshot!(format!("form_{form}"), text);
    }
}

/// The same text gives the same tokens, byte for byte.
#[test]
fn compilation_is_deterministic() {
    for (stem, source) in support::sources() {
        let print = || {
            let program = support::program(&stem, &source);
            let options = dlm_compiler::emit::ModuleOptions { root: quote!(::dlm), source_name: format!("{stem}.dlm") };
            dlm_compiler::emit::module(&program, &options).to_string()
        };
        assert_eq!(print(), print(), "{stem}.dlm");
    }
}

/// What needs a whole gradient makes updates two-phase, and nothing else does.
#[test]
fn updates_are_fused_unless_a_whole_gradient_is_needed() {
    for (stem, source) in support::sources() {
        let program = support::program(&stem, &source);
        for unit in program.models.iter().flat_map(|model| &model.units) {
            use dlm_compiler::recipe::Clip;
            let whole = matches!(unit.recipe.clip, Some(Clip::Norm(_) | Clip::GlobalNorm(_)));
            let compiled = compile(unit, CompileOptions::default());
            for (name, update) in compiled.first().plan.updates() {
                let constrained = unit
                    .recipe
                    .constraints
                    .iter()
                    .any(|constraint| constraint.parameters.iter().any(|id| unit.graph.parameters[id.0].path == name));
                // A gradient whose rows are too long for the stack is stored too.
                let units = unit
                    .graph
                    .parameters
                    .iter()
                    .find(|parameter| parameter.path == name)
                    .map_or(0, |parameter| parameter.shape[0]);
                let whole = whole || units > dlm_compiler::plan::STACK_ROW;
                let expected = match (constrained, whole) {
                    (true, _) => Update::Constrained,
                    (_, true) => Update::TwoPhase,
                    _ => Update::Fused,
                };
                assert_eq!(update, expected, "{stem}.dlm, {}: {name}", unit_name(unit));
            }
        }
    }
}

/// The names and bodies of the functions that are printed for a model with these layers.
fn printed_functions(layers: &str) -> Vec<(String, String)> {
    let source = format!("model M {{ input x: f32[20]; {layers} dense(4); output y: class[4]; }}");
    let program = support::program("layers", &source);
    let compiled = compile(&program.models[0].units[0], CompileOptions::default());
    let text = functions(&compiled, &quote!(kernels), Levels::All, "").to_string();
    let functions = text.split("fn ").skip(1).map(|function| {
        let (name, rest) = function.split_once(' ').expect("a function has parameters");
        (name.to_owned(), rest.to_owned())
    });
    functions.collect()
}

/// Those that kernels run, without the parts of `step` and `infer` that call them.
fn kernels_of(layers: &str) -> usize {
    printed_functions(layers).iter().filter(|(name, _)| !name.contains("_part")).count()
}

/// Equal layers share their functions: a deep network's code does not grow with its depth.
#[test]
fn equal_layers_share_code() {
    let deep = |depth: usize| format!("repeat {depth} {{ dense(20, init = he_normal) -> elu; }}");
    assert_eq!(kernels_of(&deep(6)), kernels_of(&deep(30)));
}

/// Whatever they are called, and whatever stands between them.
#[test]
fn names_and_neighbours_do_not_keep_equal_layers_from_sharing() {
    let named = |names: &[&str]| names.iter().map(|name| format!("{name}: dense(20) -> batch_norm -> relu;")).collect::<String>();
    // From one that stands before many to one that stands after many: their letters are not in the order of the layers.
    assert_eq!(kernels_of(&named(&["a", "b", "c", "d"])), kernels_of(&named(&["z", "first", "b", "read", "a_10", "a_9", "K"])));
    let alternating = |turns: usize| "dense(20) -> relu; dropout(0.1); dense(20) -> elu; dropout(0.2);".repeat(turns);
    assert_eq!(kernels_of(&alternating(3)), kernels_of(&alternating(8)));
}

/// A layer called like the function that it computes is not taken for another.
#[test]
fn different_layers_do_not_share() {
    let bodies = |activation: &str| -> Vec<String> {
        let functions = printed_functions(&format!("dense(20) -> tanh; dense(20) -> {activation};"));
        functions.into_iter().map(|(_, body)| body).filter(|body| body.contains("level :: product")).collect()
    };
    let forward = |bodies: Vec<String>, function: &str| bodies.iter().filter(|body| body.contains(function)).count();
    assert_eq!(forward(bodies("sigmoid"), "level :: sigmoid"), forward(bodies("sigmoid"), "level :: tanh"));
    assert!(forward(bodies("sigmoid"), "level :: sigmoid") > 0);
}

/// What rustc takes longer and longer for is cut: no function has more than 64 calls and copies.
#[test]
fn long_functions_are_cut() {
    let layers: String = (0..150).map(|_| "dense(20) -> relu;").collect();
    let branches: String = (0..150).map(|branch| format!("b{branch}: x -> dense(2);")).collect();
    let joined: Vec<String> = (0..150).map(|branch| format!("b{branch}")).collect();
    for layers in [layers, format!("{branches} concat({});", joined.join(", "))] {
        let functions = printed_functions(&layers);
        let calls = |body: &str| body.matches("views (memory").count();
        let most = functions.iter().map(|(_, body)| calls(body)).max();
        let all: usize = functions.iter().map(|(_, body)| calls(body)).sum();
        assert!(most <= Some(64) && all > 600, "{most:?} of {all}");
    }
}

/// The `f32`s of a cache line, at which buffers begin.
const LINE: usize = 16;

/// The memory of a step is at most a tenth more than what must be alive at once: parameters, the optimizer's state, and the
/// buffers of the kernel where most of them are.
#[test]
fn memory_is_what_lifetimes_need() {
    for (stem, source) in support::sources() {
        let program = support::program(&stem, &source);
        for unit in program.models.iter().flat_map(|model| &model.units) {
            let compiled = compile(unit, CompileOptions::default());
            for step in &compiled.steps {
                let plan = &step.plan;
                let alive = |kernel: usize| -> usize {
                    let buffers = plan.buffers.iter().filter(|buffer| (buffer.first..=buffer.last).contains(&kernel));
                    buffers.map(|buffer| buffer.len.next_multiple_of(LINE)).sum()
                };
                let needed = (0..=plan.kernels.len()).map(alive).max().unwrap_or(0);
                let (needed, taken) = (compiled.layout.work + needed, compiled.layout.work + plan.work_len);
                assert!(
                    taken as f64 <= 1.1 * needed as f64,
                    "{stem}.dlm, {}, {}: {taken} for {needed} f32",
                    unit_name(unit),
                    step.variant.name(&unit.recipe)
                );
            }
        }
    }
}

/// No plan takes `matrixmultiply`, which allocates at every call: a step does not. What the model of time says of sizes
/// beyond the corpus is compiler/tests/time.rs' to hold.
#[test]
fn no_product_of_the_corpus_allocates() {
    use dlm_compiler::plan::ProductBy;
    for (stem, source) in support::sources() {
        let program = support::program(&stem, &source);
        for unit in program.models.iter().flat_map(|model| &model.units) {
            let compiled = compile(unit, CompileOptions::default());
            let plans = compiled.steps.iter().map(|step| &step.plan).chain([&compiled.infer, &compiled.infer_one]);
            for (product, by) in plans.flat_map(|plan| &plan.kernels).filter_map(|kernel| kernel.rows()?.product) {
                assert_eq!(by, ProductBy::Tile, "{stem}.dlm, {}: {product:?}", unit_name(unit));
            }
        }
    }
}
