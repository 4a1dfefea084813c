//! Random files: valid by construction, small, and of everything that the language has.
//!
//! What can be written in any place is a row of a table, and `$name` in a row is a row of the table of that name. The tables
//! are at the top; what a row of the compiler's tables is that no row here names is called by its signature. What follows puts layers of fitting shapes together and knows which of them learn something.

use std::fmt::Write as _;

use crate::made::{LEARNED, MADE};
use crate::support::Numbers;

/// Rows of equal chance for each `$name`; what ends in digits is spelt `$name` too. Names that are not here are made by
/// [`Generator::made`].
pub const TABLES: &[(&str, &[&str])] = &[
    // Numbers.
    ("bool", &["true", "false"]),
    ("share", &["0", "0.1", "0.3", "0.5", "0.9", "1 / 3"]),
    ("kept", &["0.5", "0.9", "0.99", "0.7"]),
    ("slope", &["0", "0.01", "0.2", "0.5", "1"]),
    ("positive", &["0.05", "0.3", "0.7", "1", "2"]),
    ("eps", &["1e-3", "1e-5", "1e-8", "0.1"]),
    ("rate", &["0.001", "0.01", "0.02", "0.05", "1e-4", "30"]),
    ("strength", &["0", "1e-3", "0.01", "0.1"]),
    ("limit", &["0.01", "0.1", "0.3", "1", "10"]),
    ("factor", &["0", "0.1", "0.5", "1", "3"]),
    ("length", &["steps(1)", "steps(2)", "steps(3)", "steps(1.5)", "steps(5)", "epochs(1)", "epochs(2)", "epochs(0.5)"]),
    // Layers; of values of any shape first.
    (
        "activation",
        &[
            "relu",
            "leaky_relu",
            "leaky_relu(alpha = $slope)",
            "rrelu",
            "rrelu(lower = 0.1, upper = 0.4)",
            "prelu(shared = $bool)",
            "prelu(init = $slope, shared = $bool)",
            "elu",
            "elu(alpha = $positive)",
            "selu",
            "gelu",
            "gelu(approximate = tanh)",
            "silu",
            "softplus",
            "tanh",
            "sigmoid",
            "identity",
        ],
    ),
    ("elementwise", &["$activation", "$activation", "$activation", "dropout($share)", "noise($strength)"]),
    (
        "layer",
        &[
            "$elementwise",
            "$elementwise",
            "prelu",
            "batch_norm",
            "batch_norm(momentum = $share, eps = $eps)",
            "batch_norm(statistics = exact)",
            "layer_norm",
            "layer_norm(eps = $eps)",
            "softmax",
            "reshape(1, auto) -> $elementwise -> flatten",
            "reshape(auto, 1, 1) -> $elementwise -> $elementwise -> flatten",
        ],
    ),
    (
        "init",
        &[
            "auto",
            "zeros",
            "constant(0.1)",
            "uniform(-0.5, 0.5)",
            "normal(0, 0.3)",
            "normal(0.1, 0.3, truncated = $bool)",
            "orthogonal",
            "orthogonal(gain = $positive)",
            "$scheme_normal",
            "$scheme_normal(gain = $positive, fan = $fan, truncated = $bool)",
            "$scheme_uniform",
            "$scheme_uniform(gain = $positive, fan = $fan)",
        ],
    ),
    ("scheme", &["xavier", "he", "lecun", "glorot"]),
    ("fan", &["in", "out", "average"]),
    ("dense_arguments", &["", "", "", ", bias = $bool", ", init = $init", ", init = $init, bias = $bool"]),
    // Recipes.
    ("flavor", &["notes", "pytorch", "keras"]),
    (
        "optimizer",
        &[
            "sgd",
            "sgd(lr = $rate)",
            "momentum(lr = $rate, beta = $share)",
            "nesterov(lr = $rate)",
            "nesterov(lr = $rate, beta = $share)",
            "adagrad(lr = $rate, eps = $eps)",
            "rmsprop(lr = $rate, beta = $share, eps = $eps)",
            "adam",
            "adam(lr = $rate, beta1 = $share, beta2 = $kept, eps = $eps)",
            "adamw(decay = $share)",
            "adamw(lr = $rate, beta1 = $share, beta2 = $kept, eps = $eps, decay = $strength)",
        ],
    ),
    (
        "schedule",
        &[
            "constant",
            "piecewise([(steps(1), $rate), (steps(3), $rate)])",
            "piecewise([(epochs(1), $rate), (epochs(2), $rate)])",
            "exponential($positive, every = $length)",
            "exponential($kept, every = $length, staircase = true)",
            "step(factor = $positive, every = $length)",
            "power($length, power = $positive)",
            "polynomial($length, end = $rate, power = $positive)",
            "cosine($length)",
            "cosine($length, floor = 1e-4, restarts = true)",
            "cosine($length, restarts = true, factor = 1.5, height = $share)",
            "one_cycle(steps(6))",
            "one_cycle(epochs(2.5), max = $rate)",
            "plateau(monitor = train_loss, patience = 1, floor = 1e-5)",
        ],
    ),
    ("warmup", &["none", "$length", "(length = $length, start = $rate)"]),
    ("clip", &["value($limit)", "norm($limit)", "global_norm($limit)", "none"]),
    (
        "penalty",
        &[
            "l1($strength)",
            "l2($strength)",
            "l1_l2($strength, $strength)",
            "l1($strength, layers = [$learned])",
            "l2($strength, layers = [$learned, $learned])",
            "l2($strength, layers = [all_but([$head])])",
            "max_norm($limit)",
            "max_norm($limit, layers = [$weighted])",
        ],
    ),
    ("penalties", &["$penalty", "$penalty", "$penalty, $penalty", "$penalty, $penalty, $penalty", ""]),
    ("scales", &["($learned, $factor)", "($learned, $factor), ($learned, $factor)", "($head, $factor)"]),
    ("cross_entropy", &["cross_entropy", "cross_entropy(label_smoothing = $share)", "cross_entropy($share, [$class_weights])"]),
    ("cross_entropy_of_flags", &["binary_cross_entropy", "binary_cross_entropy(label_smoothing = $share)"]),
    ("error_of_numbers", &["mse", "mae", "huber", "huber(delta = $positive)"]),
    ("class_weight", &["1", "2", "0.5", "3"]),
    ("loss_weight", &["", ", 1", ", 0.5", ", 2", ", 0"]),
    ("monitor", &["train_loss", "train_loss, patience = 2, min_delta = 0.01, restore_best = $bool"]),
    ("watched", &["every = steps(1)", "every = steps(2)", "epochs(1)"]),
    ("normalize", &["none", "standard", "minmax", "scale(1 / 3)"]),
    ("split", &["validation = 0.1", "test = 0.2, seed = 3"]),
    ("frozen", &["$learned", "$learned, $learned", "all_but([$head])"]),
    ("batch", &["1", "2", "3", "7", "16", "17", "33", "64", "70"]),
];

/// The chance of a setting and what it says, but for losses and `freeze`, which depend on the model.
const SETTINGS: &[(f32, &str)] = &[
    (0.8, "flavor = $flavor;"),
    (0.9, "optimizer = $optimizer;"),
    (0.6, "schedule = $schedule;"),
    (0.3, "warmup = $warmup;"),
    (0.25, "lr_scale = [$scales];"),
    (0.5, "regularize = [$penalties];"),
    (0.35, "clip = $clip;"),
    (0.3, "accumulate = $accumulate;"),
    (0.25, "average = $kept;"),
    (0.95, "batch = $batch;"),
    (0.2, "sample_weights = true;"),
    (0.1, "last_batch = drop;"),
    (0.1, "shuffle = $bool;"),
    (0.1, "epochs = 3;"),
    (0.1, "early_stop = (monitor = $monitor);"),
    (0.15, "normalize = $normalize;"),
    (0.1, "split = ($split);"),
    (0.15, "augment = [mixup($positive)];"),
    (0.25, "watch = signals($watched);"),
    (0.9, "seed = $seed;"),
];

/// A block: its parameters and statements, and ways to call it. Statements name nothing but what is in them; `units` is how
/// wide the result is, or else it is as wide as what goes in.
pub struct Block {
    parameters: &'static str,
    pub body: &'static str,
    /// Each inside the parentheses; `$units` is a size.
    calls: &'static [&'static str],
}

pub const BLOCKS: &[Block] = &[
    Block {
        parameters: "units, act = $activation, rate = 0.1",
        body: "dense(units, bias = $bool) -> $layer -> act -> dropout(rate);",
        calls: &["$units", "$units, $activation", "$units, rate = $share", "units = $units, act = $activation, rate = 0"],
    },
    Block {
        parameters: "units, start = $init, biased = true",
        body: "first: dense(units, start, biased) -> $layer; second: dense(units * 2, init = start) -> $layer; both: concat(first, \
               second); dense(units);",
        calls: &["$units", "$units, $init", "$units, biased = $bool"],
    },
    Block {
        parameters: "units, deviation = $strength",
        body: "residual(project = auto) { dense(units + 1) -> $layer -> dense(units); } noise(deviation); repeat 2 { dense(units, \
               init = $init) -> $layer; }",
        calls: &["$units", "$units, deviation = 0"],
    },
    Block {
        parameters: "act, negative = 0.3",
        body: "leaky_relu(negative) -> act -> $layer;",
        calls: &["$activation", "$activation, negative = $slope", "act = $activation"],
    },
];

/// A named value of a model: a row of features.
#[derive(Clone)]
struct Named {
    name: String,
    width: usize,
    /// Whether anything takes it.
    used: bool,
}

/// A layer before an output: its units, the links behind it, the output's type and loss.
struct Head {
    units: usize,
    after: String,
    output: String,
    loss: String,
}

/// Makes one file.
pub struct Generator {
    numbers: Numbers,
    /// Consts by name, whole numbers all.
    consts: Vec<(String, usize)>,
    blocks: Vec<(String, &'static Block)>,
    values: Vec<Named>,
    /// Selectors of what is learned, of weights among it, and of the layers before outputs.
    learned: Vec<String>,
    weighted: Vec<String>,
    heads: Vec<String>,
    /// The width that a row refers to as `$units`, and the number of weights of classes.
    units: usize,
    classes: usize,
}

/// The file of a seed.
pub fn file(seed: u64) -> String {
    // Neighbouring seeds begin far apart (Steele et al. 2014).
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    let mut generator = Generator {
        numbers: Numbers(state ^ state >> 31),
        consts: Vec::new(),
        blocks: Vec::new(),
        values: Vec::new(),
        learned: Vec::new(),
        weighted: Vec::new(),
        heads: Vec::new(),
        units: 1,
        classes: 2,
    };
    let text = generator.file();
    dlm_dsl::format(&text).unwrap_or_else(|_| panic!("the generator writes what can be read:\n{text}"))
}

impl Generator {
    fn below(&mut self, bound: usize) -> usize {
        (self.numbers.next() * bound as f32) as usize
    }

    fn chance(&mut self, share: f32) -> bool {
        self.numbers.next() < share
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// A row with what its `$name`s stand for.
    fn expand(&mut self, row: &str) -> String {
        let mut parts = row.split('$');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            // The longest name that is known: `$scheme_normal` is `$scheme` and a rest.
            let end = part.find(|c: char| !(c.is_ascii_lowercase() || c == '_')).unwrap_or(part.len());
            let known = (1..=end).rev().find_map(|end| Some((end, self.made(&part[..end])?)));
            let (end, made) = known.unwrap_or_else(|| panic!("no table is called `{part}`"));
            text += &made;
            text += &part[end..];
        }
        text
    }

    fn made(&mut self, name: &str) -> Option<String> {
        if let Some((_, rows)) = TABLES.iter().find(|(table, _)| *table == name) {
            let made = MADE.get(name).map_or(&[][..], Vec::as_slice);
            let row = match self.below(rows.len() + made.len()) {
                index if index < rows.len() => self.expand(rows[index]),
                index => made[index - rows.len()].clone(),
            };
            return Some(row);
        }
        let one_of = |generator: &mut Self, of: &[String]| of[generator.below(of.len())].clone();
        Some(match name {
            "learned" => one_of(self, &self.learned.clone()),
            "weighted" => one_of(self, &self.weighted.clone()),
            "head" => one_of(self, &self.heads.clone()),
            "units" => self.written(self.units),
            "accumulate" => (1 + self.below(3)).to_string(),
            "seed" => self.below(1000).to_string(),
            "class_weights" => {
                let weights: Vec<String> = (0..self.classes).map(|_| self.expand("$class_weight")).collect();
                weights.join(", ")
            }
            _ => return None,
        })
    }

    /// Small and odd sizes, now and then one beyond a tile, a vector or a block.
    fn size(&mut self) -> usize {
        match self.below(10) {
            0 => 1,
            1 => 16 + self.below(3),
            2 => 47 + self.below(4),
            3 if self.chance(0.5) => 60 + self.below(40),
            4 if self.chance(0.1) => 100 + self.below(200),
            _ => 2 + self.below(14),
        }
    }

    /// A size as it may be written.
    fn written(&mut self, size: usize) -> String {
        let near = self.consts.iter().find(|(_, value)| *value <= size && size <= 2 * value).cloned();
        match near {
            Some((name, value)) if value == size => name,
            Some((name, value)) if self.chance(0.5) => format!("{name} + {}", size - value),
            _ => size.to_string(),
        }
    }

    fn dense(&mut self, width: usize) -> String {
        let units = self.written(width);
        let arguments = self.expand("$dense_arguments");
        format!("dense({units}{arguments})")
    }

    /// Up to so many links more, each behind an arrow, that keep the shape.
    fn links(&mut self, most: usize) -> String {
        (0..self.below(most + 1)).map(|_| format!(" -> {}", self.expand("$layer"))).collect()
    }

    fn file(&mut self) -> String {
        let mut file = String::new();
        for index in 0..self.below(3) {
            let value = self.size();
            let _ = writeln!(file, "const C{index} = {value};");
            self.consts.push((format!("C{index}"), value));
        }
        for index in 0..self.below(3) {
            let (name, block) = (format!("B{index}"), &BLOCKS[self.below(BLOCKS.len())]);
            let (parameters, body) = (self.expand(block.parameters), self.expand(block.body));
            let _ = writeln!(file, "block {name}({parameters}) {{ {body} }}");
            self.blocks.push((name, block));
        }
        self.model(&mut file);
        file
    }

    fn model(&mut self, file: &mut String) {
        file.push_str("model M {\n");
        let inputs = [1, 1, 1, 2, 3][self.below(5)];
        let mut begins: Vec<String> = Vec::new();
        for index in 0..inputs {
            let shape: Vec<usize> = match self.below(4) {
                0 => vec![1 + self.below(5), 1 + self.below(6)],
                1 if self.chance(0.5) => vec![1 + self.below(3), 1 + self.below(4), 1 + self.below(3)],
                _ => vec![self.size()],
            };
            let sizes: Vec<String> = shape.iter().map(|size| self.written(*size)).collect();
            let _ = writeln!(file, "input x{index}: f32[{}];", sizes.join(", "));
            let mut chain = if inputs > 1 { format!("x{index} -> ") } else { String::new() };
            if shape.len() > 1 || self.chance(0.1) {
                if self.chance(0.4) {
                    chain += &self.expand("$elementwise -> ");
                }
                if self.chance(0.2) {
                    let turned: Vec<String> = shape.iter().rev().map(usize::to_string).collect();
                    chain += &self.expand(&format!("reshape({}) -> $elementwise -> ", turned.join(", ")));
                }
                chain += "flatten -> ";
            } else {
                self.values.push(Named { name: format!("x{index}"), width: shape[0], used: true });
            }
            // Values that no gradient is wanted of, or learned layers before all others.
            if self.chance(0.2) {
                chain += &self.expand("$layer -> ");
            }
            begins.push(chain);
        }
        for chain in begins {
            let width = self.size();
            let dense = self.dense(width);
            self.statement(file, &format!("{chain}{dense}"), width, true);
        }
        for _ in 0..self.below(4) {
            self.anything(file);
        }
        self.outputs(file);
    }

    /// A statement of a chain that gives a row of this width, with links behind it that keep it.
    fn statement(&mut self, file: &mut String, chain: &str, width: usize, weighted: bool) {
        let name = format!("v{}", self.values.len());
        let links = self.links(2);
        let _ = writeln!(file, "{name}: {chain}{links};");
        if weighted {
            self.weighted.push(name.clone());
        }
        if weighted || links.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| LEARNED.contains(word)) {
            self.learned.push(name.clone());
        }
        self.values.push(Named { name, width, used: false });
    }

    /// Takes the last value, or begins from a named one.
    fn before(&mut self) -> (String, usize) {
        let last = self.values.len() - 1;
        let index = if self.chance(0.25) { self.below(last + 1) } else { last };
        self.values[index].used = true;
        let named = &self.values[index];
        (if index == last { String::new() } else { format!("{} -> ", named.name) }, named.width)
    }

    fn joined(&mut self, index: usize) -> String {
        self.values[index].used = true;
        self.values[index].name.clone()
    }

    fn anything(&mut self, file: &mut String) {
        let any = self.below(self.values.len());
        match self.below(9) {
            0 => {
                let (start, width) = self.before();
                let inner = self.size();
                let (first, second) = (self.dense(inner), self.dense(width));
                let links = self.links(2);
                self.statement(file, &format!("{start}residual {{ {first}{links} -> {second}; }}"), width, true);
            }
            1 => {
                let (start, _) = self.before();
                let width = self.size();
                let (dense, links) = (self.dense(width), self.links(2));
                let inner = self.values.len();
                let body = format!("{start}residual(project = auto) {{ inner{inner}: {dense}{links}; }}");
                self.statement(file, &body, width, true);
            }
            2 | 3 => {
                let (start, width) = self.before();
                let turns = 1 + self.below(3);
                let (dense, links) = (self.dense(width), self.links(2));
                let body = match self.below(3) {
                    0 => format!("residual {{ {dense}{links}; }}"),
                    1 => format!("a: {dense}{links}; b: {dense}; add(a, b);"),
                    _ => format!("{dense}{links};"),
                };
                let name = format!("v{}", self.values.len());
                self.statement(file, &format!("{start}repeat {turns} {{ {body} }}"), width, true);
                // Turns are named if the statement begins with them.
                if start.is_empty() {
                    let (last, turns) = (turns - 1, format!("{name}[0..{turns}]"));
                    self.weighted.extend([format!("{name}[{last}]"), turns.clone()]);
                    self.learned.extend([format!("{name}[0]"), turns]);
                }
            }
            4 => {
                let width = self.values[any].width;
                let same: Vec<usize> = (0..self.values.len()).filter(|index| self.values[*index].width == width).collect();
                // A value may be joined with itself.
                let mut names = vec![self.joined(any)];
                for _ in 0..1 + self.below(2) {
                    let index = same[self.below(same.len())];
                    names.push(self.joined(index));
                }
                self.statement(file, &format!("add({})", names.join(", ")), width, false);
            }
            5 => {
                let other = self.below(self.values.len());
                let width = self.values[any].width + self.values[other].width;
                let names = [self.joined(any), self.joined(other)];
                self.statement(file, &format!("concat({})", names.join(", ")), width, false);
            }
            6 | 7 if !self.blocks.is_empty() => {
                let index = self.below(self.blocks.len());
                let (name, block) = self.blocks[index].clone();
                let (start, before) = self.before();
                self.units = self.size();
                let call = self.pick(block.calls);
                let call = self.expand(call);
                let makes = block.parameters.starts_with("units");
                let width = if makes { self.units } else { before };
                self.statement(file, &format!("{start}{name}({call})"), width, makes);
            }
            _ => {
                let (start, _) = self.before();
                let width = self.size();
                let dense = self.dense(width);
                let name = format!("v{}", self.values.len());
                self.statement(file, &format!("{start}{dense}"), width, true);
                self.learned.push(format!("{name}.dense"));
                self.weighted.push(format!("{name}.dense.weight"));
            }
        }
    }

    /// The layers before the outputs, the outputs, and the recipe. The first output takes all that nothing else does.
    fn outputs(&mut self, file: &mut String) {
        let unused: Vec<String> = self.values.iter().filter(|value| !value.used).map(|value| value.name.clone()).collect();
        let all = match unused.as_slice() {
            [only] => only.clone(),
            several => format!("concat({})", several.join(", ")),
        };
        let count = [1, 1, 1, 2, 3][self.below(5)];
        let (mut declared, mut losses) = (String::new(), Vec::new());
        for index in 0..count {
            let any = self.below(self.values.len());
            let from = if index == 0 { all.clone() } else { self.values[any].name.clone() };
            let Head { units, after, output, loss } = self.head();
            let dense = self.dense(units);
            let _ = writeln!(file, "h{index}: {from} -> {dense}{after};");
            let _ = writeln!(declared, "output y{index}: {output} = h{index};");
            self.heads.push(format!("h{index}"));
            losses.push(loss);
        }
        // A value that others take too, as it is.
        if self.chance(0.15) {
            let any = self.below(self.values.len());
            let Named { name, width, .. } = &self.values[any];
            let _ = writeln!(declared, "output y{count}: f32[{width}] = {name};");
            losses.push(self.expand("$error_of_numbers"));
        }
        file.push_str(&declared);
        file.push_str("}\n");
        self.weighted.extend(self.heads.clone());
        self.learned.extend(self.heads.clone());
        self.learned.extend(self.heads.iter().map(|head| format!("{head}.dense")));
        self.recipes(file, &losses);
    }

    fn head(&mut self) -> Head {
        let units = 2 + self.below(9);
        self.classes = units;
        let (units, after, output, losses) = match self.below(5) {
            0 => (1, String::new(), "binary".into(), "$cross_entropy_of_flags"),
            1 => (units, String::new(), format!("flags[{units}]"), "$cross_entropy_of_flags"),
            2 => {
                let shape = [vec![units], vec![2, units], vec![1, 2, units]][self.below(3)].clone();
                let sizes = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
                let mut after = self.links(1);
                if shape.len() > 1 {
                    let _ = write!(after, " -> reshape({sizes})");
                }
                (shape.iter().product(), after, format!("f32[{sizes}]"), "$error_of_numbers")
            }
            _ => (units, String::new(), format!("class[{units}]"), "$cross_entropy"),
        };
        Head { units, after, output, loss: self.expand(losses) }
    }

    /// A recipe, now and then in two parts, the second `like` the first.
    fn recipes(&mut self, file: &mut String, losses: &[String]) {
        let mut settings: Vec<String> = Vec::new();
        for (chance, setting) in SETTINGS {
            if self.chance(*chance) {
                settings.push(self.expand(setting));
            }
        }
        match losses {
            _ if self.chance(0.15) => {}
            [loss] => settings.push(format!("loss = {loss};")),
            several => {
                let entry = |(index, loss): (usize, &String)| {
                    let weight = if index == 0 { String::new() } else { self.expand("$loss_weight") };
                    format!("(y{index}, {loss}{weight})")
                };
                let entries: Vec<String> = several.iter().enumerate().map(entry).collect();
                settings.push(format!("losses = [{}];", entries.join(", ")));
            }
        }
        if self.chance(0.4) {
            let freezing = self.freezing();
            settings.push(freezing);
        }
        if !self.chance(0.25) {
            let _ = writeln!(file, "train M {{ {} }}", settings.join("\n"));
            return;
        }
        let (base, own): (Vec<String>, Vec<String>) = settings.into_iter().partition(|_| self.chance(0.5));
        let _ = writeln!(file, "train M as Base {{ {} }}", base.join("\n"));
        let _ = writeln!(file, "train M as Own like Base {{ {} }}", own.join("\n"));
    }

    /// Layers that are frozen, and when some of them no longer are. One layer before an output is always trained.
    fn freezing(&mut self) -> String {
        let all: Vec<String> = self.learned.clone();
        let hidden: Vec<String> = all.into_iter().filter(|selector| !selector.starts_with("h0")).collect();
        let mut frozen: Vec<String> = (0..1 + self.below(3)).map(|_| hidden[self.below(hidden.len())].clone()).collect();
        let freeze = if self.chance(0.3) { "all_but([h0])".to_owned() } else { frozen.join(", ") };
        let mut unfrozen = String::new();
        let unit = self.pick(&["steps", "epochs"]);
        while self.chance(0.7) && !frozen.is_empty() {
            let length = self.pick(&["1", "2", "3", "0.5"]);
            let _ = write!(unfrozen, "({}, {unit}({length})), ", frozen.swap_remove(0));
        }
        format!("freeze = [{freeze}]; unfreeze = [{unfrozen}];")
    }
}
