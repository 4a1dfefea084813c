//! `dlm summary`: layers, shapes, parameters, cost, and the recipe with its defaults.

use dlm_compiler::compile::{CompileOptions, Compiled, compile};
use dlm_compiler::describe::describe;
use dlm_compiler::plan::Update;
use dlm_compiler::summary::{Port, Summary, summary};
use serde_json::{Map, Value, json};

use crate::args::Selection;
use crate::console::Console;
use crate::failure::Failure;
use crate::rates::{self, Rates};
use crate::source::{Replaced, Source};
use crate::table::{bytes, lines, table, thousands};
use dlm_compiler::plan::cost::{Cost, cost};

/// Prints the summary of a model and recipe.
pub fn run(selection: &Selection, console: &Console) -> Result<(), Failure> {
    let source = Source::read(&selection.file)?;
    let unit = source.choose(selection, Replaced::default(), console, false)?;
    let compiled = compile(&unit, CompileOptions::default());
    let summary = summary(&unit);
    if console.json() {
        return console.result(object(&compiled, &summary));
    }
    console.raw_result(&text(&compiled, &summary))
}

/// What runs, with its cost and the samples that it takes.
fn costs(compiled: &Compiled<'_>) -> [(&'static str, usize, Cost); 3] {
    let batch = compiled.unit.recipe.batch;
    [
        ("training step", batch, cost(&compiled.first().plan)),
        ("prediction of a batch", batch, cost(&compiled.infer)),
        ("prediction of one sample", 1, cost(&compiled.infer_one)),
    ]
}

/// The bytes of a training's one allocation, and of a prediction's parameters and work space.
fn memory(compiled: &Compiled<'_>) -> (u64, u64) {
    let layout = &compiled.layout;
    (4 * layout.memory_len as u64, 4 * (layout.parameters_len + compiled.infer_work_len()) as u64)
}

fn text(compiled: &Compiled<'_>, summary: &Summary) -> String {
    let mut out = format!("model {}\n\n{}", summary.model, layers(summary));
    let statistics = match summary.statistics {
        0 => String::new(),
        statistics => format!(", and {} that are not learned", thousands(statistics as u64)),
    };
    out += &format!("\n{} parameters{statistics}\n\n{}", thousands(summary.trainable as u64), cost_table(compiled));
    let (training, prediction) = memory(compiled);
    out += &format!("\nmemory: {} to train, {} to predict\n", bytes(training), bytes(prediction));
    out += &updates(compiled);
    out += &match (&summary.recipe, summary.written) {
        (Some(name), _) => format!("\ntrain {} as {name}, with its defaults\n", summary.model),
        (None, true) => format!("\ntrain {}, with its defaults\n", summary.model),
        (None, false) => format!("\ntrain {}: the file has no recipe, these are the defaults\n", summary.model),
    };
    summary.recipe_lines().iter().for_each(|line| out += &format!("  {line}\n"));
    let spec = describe(compiled);
    if let Some(rates) = Rates::of(compiled.unit, &spec) {
        out += &rates.text();
    }
    if let Some(plateau) = rates::plateau(compiled.unit, &spec) {
        out += &format!("\n{plateau}\n");
    }
    out
}

fn layers(summary: &Summary) -> String {
    let mut table = table(&["layer", "of", "shape of a sample", "parameters", "line"], &[3, 4]);
    let ports = |ports: &[Port], what: &str| ports.iter().map(|port| port_row(port, what)).collect::<Vec<_>>();
    table.add_rows(ports(&summary.inputs, "input"));
    for layer in &summary.layers {
        let parameters = match layer.trainable + layer.statistics {
            0 => String::new(),
            all => thousands(all as u64),
        };
        let line = if layer.line == 0 { String::new() } else { layer.line.to_string() };
        table.add_row([layer.path.clone(), layer.inputs.join(", "), format!("{:?}", layer.shape), parameters, line]);
    }
    table.add_rows(ports(&summary.outputs, "output"));
    lines(&table)
}

fn port_row(port: &Port, what: &str) -> [String; 5] {
    let of = if port.from == port.name { String::new() } else { port.from.clone() };
    [format!("{what} {}", port.name), of, port.ty.clone(), String::new(), String::new()]
}

fn cost_table(compiled: &Compiled<'_>) -> String {
    let mut table = table(&["", "samples", "FLOPs", "a sample", "bytes moved", "a sample"], &[1, 2, 3, 4, 5]);
    for (name, samples, Cost { flops, bytes }) in costs(compiled) {
        let (each_flops, each_bytes) = (flops / samples as u64, bytes / samples as u64);
        let cells = [samples as u64, flops, each_flops, bytes, each_bytes].map(thousands);
        table.add_row(std::iter::once(name.to_owned()).chain(cells));
    }
    lines(&table)
}

/// Which weights are updated where their gradient is computed, and which after all of it is known.
fn updates(compiled: &Compiled<'_>) -> String {
    let updates = compiled.first().plan.updates();
    let line = |wanted: Update, how: &str| {
        let names: Vec<&str> = updates.iter().filter(|(_, update)| *update == wanted).map(|(name, _)| name.as_str()).collect();
        match names.len() {
            0 => String::new(),
            all if all == updates.len() => format!("all weights are updated {how}\n"),
            _ => format!("updated {how}: {}\n", names.join(", ")),
        }
    };
    line(Update::Fused, "with their gradient, which is never stored")
        + &line(Update::TwoPhase, "in two phases, since the whole of their gradient is needed first")
        + &line(Update::Constrained, "with their gradient, then scaled, since a constraint needs the whole of the new weight")
}

fn object(compiled: &Compiled<'_>, summary: &Summary) -> Value {
    let port = |port: &Port| json!({ "name": port.name, "type": port.ty, "from": port.from });
    let layers = summary.layers.iter().map(|layer| {
        json!({
            "path": layer.path, "kind": layer.kind, "inputs": layer.inputs, "shape": layer.shape,
            "trainable": layer.trainable, "statistics": layer.statistics, "line": layer.line,
        })
    });
    let costs = costs(compiled)
        .map(|(name, samples, Cost { flops, bytes })| json!({ "of": name, "samples": samples, "flops": flops, "bytes": bytes }));
    let updates = compiled.first().plan.updates().into_iter().map(|(name, update)| {
        let update = match update {
            Update::Fused => "fused",
            Update::TwoPhase => "two-phase",
            Update::Constrained => "constrained",
        };
        (name, json!(update))
    });
    let settings = summary.settings.iter().map(|setting| (setting.key.to_owned(), json!(setting.value)));
    let (training, prediction) = memory(compiled);
    let rates = Rates::of(compiled.unit, &describe(compiled)).map(|rates| rates.object());
    json!({
        "model": summary.model,
        "recipe": summary.recipe,
        "written": summary.written,
        "inputs": summary.inputs.iter().map(port).collect::<Vec<_>>(),
        "layers": layers.collect::<Vec<_>>(),
        "outputs": summary.outputs.iter().map(port).collect::<Vec<_>>(),
        "trainable": summary.trainable,
        "statistics": summary.statistics,
        "costs": costs,
        "training_bytes": training,
        "prediction_bytes": prediction,
        "updates": updates.collect::<Map<_, _>>(),
        "settings": settings.collect::<Map<_, _>>(),
        "schedule": rates,
    })
}
