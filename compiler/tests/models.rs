//! Models resolved: paths, shapes, biases, initialisers, outputs.

use dlm_compiler::check;
use dlm_compiler::graph::{Graph, NodeKind, OutputKind};
use dlm_compiler::initializer::{Distribution, TRUNCATED_DEVIATION};
use dlm_dsl::diagnostic::Severity;

/// The network of the first recipe of the first model.
fn graph(source: &str) -> Graph {
    let (program, diagnostics) = check(source);
    let errors: Vec<_> = diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error).collect();
    let mut program = program.unwrap_or_else(|| panic!("{source}\n{errors:#?}"));
    program.models.remove(0).units.remove(0).graph
}

/// The network of these statements between an input `x` of 8 features and an output of 3 values.
fn network(body: &str) -> Graph {
    graph(&format!("model Net {{ input x: f32[8]; {body} output y: f32[3]; }}"))
}

fn weights(graph: &Graph) -> Vec<&str> {
    graph.parameters.iter().map(|parameter| parameter.path.as_str()).filter(|path| path.ends_with(".weight")).collect()
}

fn node_paths(graph: &Graph) -> Vec<&str> {
    graph.nodes.iter().map(|node| node.path.as_str()).collect()
}

fn init(graph: &Graph, path: &str) -> Distribution {
    graph.parameters.iter().find(|parameter| parameter.path == path).unwrap_or_else(|| panic!("no parameter `{path}`")).init
}

fn deviation(distribution: Distribution) -> f64 {
    match distribution {
        Distribution::Normal { mean: 0.0, deviation, truncated: false } => deviation,
        other => panic!("not a plain normal of mean 0: {other:?}"),
    }
}

fn bound(distribution: Distribution) -> f64 {
    match distribution {
        Distribution::Uniform { low, high } if low == -high => high,
        other => panic!("not a symmetric uniform: {other:?}"),
    }
}

fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1e-12 * wanted.abs(), "{found} is not {wanted}");
}

#[test]
fn layers_are_named_by_kind_and_statements_make_segments() {
    let graph = network("h1: dense(4) -> batch_norm; dense(4) -> relu -> dense(3);");
    let paths: Vec<_> = graph.parameters.iter().map(|parameter| parameter.path.as_str()).collect();
    let wanted = [
        "h1.dense.weight",
        "h1.batch_norm.weight",
        "h1.batch_norm.bias",
        "h1.batch_norm.running_mean",
        "h1.batch_norm.running_var",
        "dense.weight",
        "dense.bias",
        "dense_2.weight",
        "dense_2.bias",
    ];
    assert_eq!(paths, wanted);
}

#[test]
fn block_calls_and_residual_make_no_segment() {
    let blocks = "block Pair(units) { dense(units) -> relu; dense(units); }\n";
    let body = "a: Pair(8); Pair(8) -> Pair(8); residual { dense(8); } residual(project = auto) { last: dense(3); }";
    let graph = graph(&format!("{blocks} model Net {{ input x: f32[8]; {body} output y: f32[3]; }}"));
    let wanted = [
        "a.dense.weight",
        "a.dense_2.weight",
        "dense.weight",
        "dense_2.weight",
        "dense_3.weight",
        "dense_4.weight",
        "dense_5.weight",
        "last.dense.weight",
        "project.weight",
    ];
    assert_eq!(weights(&graph), wanted);
}

#[test]
fn names_inside_a_repeat_are_local_and_its_name_is_the_last_turns_value() {
    let graph = network("tower: repeat 2 { inner: dense(8) -> relu; inner -> dense(8); } tower -> dense(3);");
    assert_eq!(
        weights(&graph),
        [
            "tower.0.inner.dense.weight",
            "tower.0.dense.weight",
            "tower.1.inner.dense.weight",
            "tower.1.dense.weight",
            "dense.weight"
        ]
    );
    let last = graph.nodes.last().unwrap();
    assert_eq!(graph.nodes[last.inputs[0].0].path, "tower.1.dense");
}

#[test]
fn appending_to_a_chain_renames_nothing() {
    let short = network("h: repeat 2 { dense(8); }; repeat 2 { dense(8); } dense(3);");
    let long = network("h: repeat 2 { dense(8); } -> repeat 2 { dense(8); } -> dense(8); repeat 2 { dense(8); } dense(3);");
    assert_eq!(
        weights(&short),
        ["h.0.dense.weight", "h.1.dense.weight", "repeat.0.dense.weight", "repeat.1.dense.weight", "dense.weight"]
    );
    let mut kept = weights(&long);
    kept.retain(|path| weights(&short).contains(path));
    assert_eq!(kept, weights(&short));
    assert!(weights(&long).contains(&"h.repeat_2.1.dense.weight") && weights(&long).contains(&"h.dense.weight"));
}

#[test]
fn chains_start_from_the_value_before_or_from_a_name() {
    let graph = network("a: dense(4) -> relu; b: a -> dense(4); c: dense(4); add(a, b, c) -> dense(3);");
    let node = |path: &str| graph.nodes.iter().position(|node| node.path == path).unwrap();
    let inputs = |path: &str| graph.nodes[node(path)].inputs.iter().map(|id| id.0).collect::<Vec<_>>();
    assert_eq!(inputs("b.dense"), [node("a.relu")]);
    assert_eq!(inputs("c.dense"), [node("b.dense")]);
    assert_eq!(inputs("add"), [node("a.relu"), node("b.dense"), node("c.dense")]);
    assert!(graph.nodes.iter().enumerate().all(|(at, node)| node.inputs.iter().all(|input| input.0 < at)));
}

#[test]
fn residual_adds_its_input_projected_where_shapes_differ() {
    let graph = network("residual(project = auto) { dense(8) -> relu; } residual(project = auto) { dense(3); }");
    assert_eq!(node_paths(&graph), ["x", "dense", "relu", "add", "dense_2", "project", "add_2"]);
    let project = graph.parameters.iter().find(|parameter| parameter.path == "project.weight").unwrap();
    assert_eq!(project.shape, [3, 8]);
    assert!(graph.parameters.iter().all(|parameter| parameter.path != "project.bias"));
    let add = |index: usize| graph.nodes[index].inputs.iter().map(|id| graph.nodes[id.0].path.as_str()).collect::<Vec<_>>();
    assert_eq!(add(3), ["relu", "x"]);
    assert_eq!(add(6), ["dense_2", "project"]);
}

#[test]
fn dense_has_no_bias_directly_before_batch_norm_unless_it_is_written() {
    let has_bias = |body: &str| network(body).parameters.iter().any(|parameter| parameter.path == "a.dense.bias");
    assert!(!has_bias("a: dense(8); batch_norm -> dense(3);"));
    assert!(!has_bias("a: dense(8) -> batch_norm -> relu; dense(3);"));
    assert!(has_bias("a: dense(8, bias = true) -> batch_norm -> dense(3);"));
    assert!(has_bias("a: dense(8) -> relu -> batch_norm -> dense(3);"));
    assert!(has_bias("a: dense(8) -> layer_norm -> dense(3);"));
    assert!(!has_bias("a: dense(8, bias = false) -> relu -> dense(3);"));
    // Another layer sees the bias too.
    assert!(has_bias("a: dense(8); b: a -> batch_norm; add(a, b) -> dense(3);"));
}

#[test]
fn auto_is_by_the_activation_that_follows() {
    let weight = |then: &str, flavor: &str| {
        let model = format!("model Net {{ input x: f32[8]; a: dense(24){then} -> dense(3); output y: f32[3]; }}");
        init(&graph(&format!("{model} train Net {{ flavor = {flavor}; }}")), "a.dense.weight")
    };
    let he = 2f64.sqrt() / 8f64.sqrt();
    for then in ["relu", "elu", "gelu", "silu", "batch_norm -> relu", "layer_norm -> dropout(0.1) -> elu", "flatten -> relu"] {
        close(deviation(weight(&format!(" -> {then}"), "notes")), he);
    }
    close(deviation(weight(" -> leaky_relu(alpha = 0.2)", "notes")), (2.0 / (1.0 + 0.04f64)).sqrt() / 8f64.sqrt());
    close(deviation(weight(" -> selu", "notes")), 1.0 / 8f64.sqrt());
    let xavier = (6.0 / (8.0 + 24.0f64)).sqrt();
    close(bound(weight(" -> tanh", "notes")), xavier);
    close(bound(weight(" -> sigmoid", "notes")), 4.0 * xavier);
    close(bound(weight("", "notes")), xavier);
    for then in ["", " -> relu", " -> tanh", " -> sigmoid"] {
        close(bound(weight(then, "pytorch")), 1.0 / 8f64.sqrt());
        close(bound(weight(then, "keras")), xavier);
    }
}

#[test]
fn auto_looks_through_sums() {
    let graph = network("a: dense(8); b: x -> dense(8); add(a, b) -> relu; residual { c: dense(8); } elu -> dense(3);");
    for path in ["a.dense.weight", "b.dense.weight", "c.dense.weight"] {
        close(deviation(init(&graph, path)), 2f64.sqrt() / 8f64.sqrt());
    }
}

#[test]
fn written_initialisers_take_the_gain_of_the_activation() {
    let weight = |written: &str, then: &str, flavor: &str| {
        let model =
            format!("model Net {{ input x: f32[8]; a: dense(24, init = {written}) -> {then} -> dense(3); output y: f32[3]; }}");
        init(&graph(&format!("{model} train Net {{ flavor = {flavor}; }}")), "a.dense.weight")
    };
    let root = 8f64.sqrt();
    close(deviation(weight("he_normal", "relu", "notes")), 2f64.sqrt() / root);
    close(deviation(weight("he_normal", "tanh", "notes")), 2f64.sqrt() / root);
    close(deviation(weight("he_normal", "leaky_relu(alpha = 1)", "notes")), 1.0 / root);
    close(bound(weight("he_uniform", "relu", "notes")), 6f64.sqrt() / root);
    close(deviation(weight("he_normal(gain = 3)", "relu", "notes")), 3.0 / root);
    close(deviation(weight("he_normal(fan = out)", "relu", "notes")), 2f64.sqrt() / 24f64.sqrt());
    close(deviation(weight("xavier_normal", "relu", "notes")), 2f64.sqrt() * (2.0 / 32.0f64).sqrt());
    close(deviation(weight("xavier_normal", "selu", "notes")), (2.0 / 32.0f64).sqrt());
    close(deviation(weight("xavier_normal", "sigmoid", "notes")), 4.0 * (2.0 / 32.0f64).sqrt());
    close(deviation(weight("xavier_normal", "tanh", "pytorch")), 5.0 / 3.0 * (2.0 / 32.0f64).sqrt());
    close(deviation(weight("lecun_normal", "relu", "notes")), 1.0 / root);
    close(bound(weight("lecun_uniform", "selu", "notes")), 3f64.sqrt() / root);
    close(bound(weight("glorot_uniform", "sigmoid", "keras")), (6.0 / 32.0f64).sqrt());
    let keras = Distribution::Normal { mean: 0.0, deviation: 2f64.sqrt() / root / TRUNCATED_DEVIATION, truncated: true };
    assert_eq!(weight("he_normal", "leaky_relu", "keras"), keras);
    assert_eq!(weight("uniform(-0.5, 1 / 4)", "relu", "notes"), Distribution::Uniform { low: -0.5, high: 0.25 });
    assert_eq!(weight("orthogonal(gain = 2)", "relu", "notes"), Distribution::Orthogonal { gain: 2.0 });
    assert_eq!(weight("zeros", "relu", "notes"), Distribution::Constant(0.0));
}

#[test]
fn biases_begin_as_the_flavour_says() {
    let bias = |flavor: &str| {
        let model = "model Net { input x: f32[4]; dense(3); output y: f32[3]; }";
        init(&graph(&format!("{model} train Net {{ flavor = {flavor}; }}")), "dense.bias")
    };
    assert_eq!(bias("notes"), Distribution::Constant(0.0));
    assert_eq!(bias("keras"), Distribution::Constant(0.0));
    assert_eq!(bias("pytorch"), Distribution::Uniform { low: -0.5, high: 0.5 });
}

#[test]
fn blocks_take_numbers_activations_and_initialisers_and_have_defaults() {
    let source = "
        const WIDTH = 2 * (3 + 1);
        block Layer(units, rate = 0.25, activation = leaky_relu(alpha = 0.5), init = auto, twice = units * 2) {
            dense(units, init = init) -> activation -> dropout(rate) -> dense(twice);
        }
        model Net {
            input x: f32[8];
            a: Layer(WIDTH / 2);
            b: Layer(5, activation = elu, init = constant(0.5), rate = 0);
            dense(3);
            output y: class[3];
        }";
    let graph = graph(source);
    let shape = |path: &str| &graph.parameters.iter().find(|parameter| parameter.path == path).unwrap().shape;
    assert_eq!(shape("a.dense.weight"), &[4, 8]);
    assert_eq!(shape("a.dense_2.weight"), &[8, 4]);
    assert_eq!(shape("b.dense_2.weight"), &[10, 5]);
    close(deviation(init(&graph, "a.dense.weight")), (2.0 / 1.25f64).sqrt() / 8f64.sqrt());
    assert_eq!(init(&graph, "b.dense.weight"), Distribution::Constant(0.5));
    assert!(node_paths(&graph).contains(&"b.elu"));
}

#[test]
fn several_inputs_and_outputs_keep_their_order_docs_and_meaning() {
    let source = "
        model Net {
            /// Left.
            input left: f32[2, 3];
            input right: f32[4];
            a: left -> flatten -> dense(4);
            both: concat(a, right);
            /// Which.
            output kind: class[8] = both;
            output yes: binary = head;
            head: both -> dense(1);
        }";
    let (program, diagnostics) = check(source);
    assert!(program.is_none());
    assert_eq!(diagnostics[0].message, "no value is called `head` here", "a name stands for what is before");
    let graph = graph(&source.replace("output yes: binary = head;", "").replace("dense(1);", "dense(1); output yes: binary;"));
    assert_eq!(graph.inputs.iter().map(|input| input.name.as_str()).collect::<Vec<_>>(), ["left", "right"]);
    assert_eq!(graph.inputs[0].shape, [2, 3]);
    assert_eq!(graph.inputs[0].docs, ["Left."]);
    assert!(matches!(graph.nodes[graph.inputs[1].node.0].kind, NodeKind::Input(1)));
    assert_eq!(
        graph.outputs.iter().map(|output| output.kind.clone()).collect::<Vec<_>>(),
        [OutputKind::Class(8), OutputKind::Binary]
    );
    assert_eq!(graph.outputs[0].docs, ["Which."]);
    assert_eq!(graph.nodes[graph.outputs[1].node.0].path, "head.dense");
}

#[test]
fn nodes_know_the_link_and_the_line_that_made_them() {
    let source = "model Net {\n    input x: f32[8];\n    dense(4) -> relu;\n    dense(3);\n    output y: f32[3];\n}\n";
    let graph = graph(source);
    let written: Vec<_> = graph.nodes.iter().map(|node| (&source[node.span.start..node.span.end], node.line)).collect();
    assert_eq!(written, [("x", 2), ("dense", 3), ("relu", 3), ("dense", 4)]);
}

#[test]
fn blocks_that_call_blocks_many_times_over_end_soon() {
    // Twice as many links with each block; were they expanded without a bound, there would be 2^60 of them.
    let mut source = "block B0() { relu; }\n".to_owned();
    for level in 1..60 {
        source.push_str(&format!("block B{level}() {{ B{below}; B{below}; }}\n", below = level - 1));
    }
    let called = format!("{source}model Net {{ input x: f32[3]; B59; output y: f32[3]; }}");
    let codes: Vec<_> = check(&called).1.iter().map(|diagnostic| diagnostic.code.0).collect();
    assert_eq!(codes, ["E119"]);
    let uncalled = format!("{source}model Net {{ input x: f32[3]; relu; output y: f32[3]; }}");
    assert_eq!(check(&uncalled).1, []);
}
