//! Random models and recipes: a seeded generator of valid files that combines everything, each compiled and compared with
//! the interpreter bit for bit. `DLM_RANDOM=2000 cargo test --release --test random` runs more of them, `DLM_RANDOM_SEED=7`
//! others; a failure prints the whole file.

mod support;

use std::fmt::Write as _;

use dlm_cli::aot;
use dlm_compiler::compile::{CompileOptions, Compiled, compile};
use dlm_compiler::graph::Program;
use dlm_compiler::plan::Products;
use dlm_runtime::Trainer;
use support::compare::{compare, interpreted};
use support::{Numbers, unit_name};

/// Files that are compiled together.
const TOGETHER: usize = 20;

struct Generator {
    numbers: Numbers,
}

impl Generator {
    fn below(&mut self, bound: usize) -> usize {
        (self.numbers.next() * bound as f32) as usize
    }

    fn chance(&mut self, share: f32) -> bool {
        self.numbers.next() < share
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// Small and odd sizes, now and then one beyond a tile, a vector or a block.
    fn size(&mut self) -> usize {
        match self.below(8) {
            0 => 1,
            1 => 16 + self.below(3),
            2 => 47 + self.below(4),
            3 => 60 + self.below(40),
            _ => 2 + self.below(14),
        }
    }

    fn activation(&mut self) -> &'static str {
        self.pick(&[
            "relu",
            "leaky_relu(alpha = 0.2)",
            "rrelu",
            "prelu",
            "elu(alpha = 0.7)",
            "selu",
            "gelu",
            "gelu(approximate = tanh)",
            "silu",
            "softplus",
            "tanh",
            "sigmoid",
            "identity",
            "softmax",
            "layer_norm",
            "batch_norm",
            "dropout(0.3)",
            "noise(0.2)",
            "reshape(1, auto) -> prelu(shared = true) -> flatten",
        ])
    }

    /// Links after the first, each ready to be joined by an arrow.
    fn links(&mut self, chain: &mut String) {
        for _ in 0..self.below(3) {
            let _ = write!(chain, " -> {}", self.activation());
        }
    }

    /// Statements from the value before; returns the names of values that may be referred to.
    fn statements(&mut self, file: &mut String, width: &mut usize) -> Vec<(String, usize)> {
        let mut named: Vec<(String, usize)> = Vec::new();
        for index in 0..1 + self.below(4) {
            let mut chain = match self.below(6) {
                0 => {
                    let inner = self.activation();
                    format!("residual {{ dense({}) -> {inner} -> dense({width}); }}", self.size())
                }
                1 => format!("repeat {} {{ dense({width}) -> {}; }}", 1 + self.below(3), self.activation()),
                2 if named.len() > 1 && named.iter().any(|(_, other)| other == width) => {
                    let of: Vec<String> =
                        named.iter().filter(|(_, other)| other == width).map(|(name, _)| name.clone()).collect();
                    // A value may be joined with itself.
                    let second = of[self.below(of.len())].clone();
                    format!("add({}, {second})", of[0])
                }
                3 if !named.is_empty() => {
                    let (first, a) = named[self.below(named.len())].clone();
                    let (second, b) = named[self.below(named.len())].clone();
                    *width = a + b;
                    format!("concat({first}, {second})")
                }
                _ => {
                    *width = self.size();
                    format!("dense({width}{})", if self.chance(0.2) { ", bias = false" } else { "" })
                }
            };
            self.links(&mut chain);
            let name = format!("v{index}");
            let _ = writeln!(file, "    {name}: {chain};");
            named.push((name, *width));
        }
        named
    }

    fn optimizer(&mut self) -> &'static str {
        self.pick(&[
            "sgd(lr = 0.01)",
            "momentum(lr = 0.01)",
            "nesterov(lr = 0.01)",
            "adagrad(lr = 0.01)",
            "rmsprop(lr = 0.001)",
            "adam",
            "adamw",
        ])
    }

    /// A whole file: a model whose values all reach an output, and a recipe.
    fn file(&mut self) -> String {
        let mut file = String::from("model M {\n");
        let mut width = self.size();
        let _ = writeln!(file, "    input x: f32[{width}];");
        let named = self.statements(&mut file, &mut width);
        // Everything that was named reaches the output by one long join.
        let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        let joined = match names.as_slice() {
            [only] => (*only).to_string(),
            several => format!("concat({})", several.join(", ")),
        };
        let classes = 2 + self.below(9);
        let (output, units, losses): (String, usize, &[&str]) = match self.below(4) {
            0 => ("binary".into(), 1, &["binary_cross_entropy", "binary_cross_entropy(label_smoothing = 0.1)"]),
            1 => (format!("flags[{classes}]"), classes, &["binary_cross_entropy"]),
            2 => (format!("f32[{classes}]"), classes, &["mse", "mae", "huber(delta = 0.5)"]),
            _ => (format!("class[{classes}]"), classes, &["cross_entropy", "cross_entropy(label_smoothing = 0.1)"]),
        };
        let _ = writeln!(file, "    head: {joined} -> dense({units});\n    output y: {output};\n}}\n\ntrain M {{");
        let flavor = self.pick(&["notes", "pytorch", "keras"]);
        let _ =
            writeln!(file, "    flavor = {flavor};\n    optimizer = {};\n    loss = {};", self.optimizer(), self.pick(losses));
        if self.chance(0.4) {
            let clip = self.pick(&["value(0.01)", "norm(0.1)", "global_norm(0.2)"]);
            let _ = writeln!(file, "    clip = {clip};");
        }
        let penalties = self.pick(&["", "", "l1(0.01)", "l2(0.01)", "l1_l2(0.01, 0.02), l2(0.1, layers = [head])"]);
        let constraint = if !file.contains("nesterov") && self.chance(0.2) { "max_norm(0.5)" } else { "" };
        let both: Vec<&str> = [penalties, constraint].into_iter().filter(|part| !part.is_empty()).collect();
        let _ = writeln!(file, "    regularize = [{}];", both.join(", "));
        let batch = [1, 2, 7, 16, 33, 64, 70][self.below(7)];
        let _ = writeln!(file, "    batch = {batch};\n    seed = {};\n}}", self.below(1000));
        file
    }
}

fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().map_or(otherwise, |value| value.parse().expect("a whole number"))
}

#[test]
fn random_models_equal_the_interpreter() {
    let (count, seed) = (number("DLM_RANDOM", 60), number("DLM_RANDOM_SEED", 1));
    let mut generator = Generator { numbers: Numbers(seed as u64) };
    let files: Vec<String> = (0..count).map(|_| generator.file()).collect();
    let options = CompileOptions { split_from: 0, products: Products::Chosen };
    for files in files.chunks(TOGETHER) {
        let programs: Vec<Program> = files.iter().map(|file| support::program(file, file)).collect();
        let compiled: Vec<Compiled<'_>> = programs.iter().map(|program| compile(&program.models[0].units[0], options)).collect();
        let models: Vec<(&Compiled<'_>, &str)> = compiled.iter().map(|compiled| (compiled, "random.dlm")).collect();
        let loaded = aot::load_all(&models).unwrap_or_else(|error| panic!("{error}\n{}", files.join("\n")));
        for ((file, compiled), loaded) in files.iter().zip(&compiled).zip(loaded) {
            let expected = interpreted(compiled, &Trainer::new(loaded.program), 5);
            for threads in [1, 2] {
                compare(
                    &format!("{file}\n{}, {threads} threads", unit_name(compiled.unit)),
                    compiled,
                    loaded.program,
                    threads,
                    &expected,
                );
            }
        }
    }
}
