//! Prints the module that a user of `model!` sees: for each recipe a `Trainer` and the model, with typed inputs and
//! outputs, around the runtime's own.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::{Levels, functions, typed};
use crate::compile::{CompileOptions, Compiled, compile};
use crate::describe::describe;
use crate::graph::{Model, OutputKind, Program, Unit};

/// How a module is printed.
#[derive(Clone, Debug)]
pub struct ModuleOptions {
    /// The path of the facade, `::dlm` or `$crate`; generated code names only its hidden module `__rt`.
    pub root: TokenStream,
    /// The file's name, for docs; empty for code written in place.
    pub source_name: String,
}

/// The modules of all models of a file.
pub fn module(program: &Program, options: &ModuleOptions) -> TokenStream {
    program.models.iter().map(|model| model_module(model, &program.docs, options)).collect()
}

/// The name of a module or value: `FineTune` becomes `fine_tune`; a keyword of Rust gets `r#`.
pub fn module_name(name: &str) -> Ident {
    identifier(&crate::module_name(name))
}

/// A name as an identifier; a keyword of Rust gets `r#`, or a `_` where Rust allows no raw form.
pub fn identifier(name: &str) -> Ident {
    match name {
        "self" | "Self" | "super" | "crate" | "_" => format_ident!("{name}_"),
        _ if super::kernel::is_keyword(name) => Ident::new_raw(name, Span::call_site()),
        _ => format_ident!("{name}"),
    }
}

fn model_module(model: &Model, file_docs: &[String], options: &ModuleOptions) -> TokenStream {
    let name = module_name(&model.name);
    let mut units = model.units.iter();
    let first = units.next().map(|unit| unit_items(unit, &model.docs, options)).unwrap_or_default();
    let rest = units.map(|unit| {
        let recipe = unit.recipe.name.clone().unwrap_or_else(|| model.name.clone());
        let (module, items) = (module_name(&recipe), unit_items(unit, &unit.recipe.docs, options));
        let docs = docs(&unit.recipe.docs, &format!("The recipe `{recipe}` of the model `{}`.", model.name));
        quote!(#docs pub mod #module { #items })
    });
    let lines = if file_docs.is_empty() { &model.docs } else { file_docs };
    let docs = docs(lines, &format!("The model `{}`.", model.name));
    quote! {
        #docs
        pub mod #name {
            #first
            #(#rest)*
        }
    }
}

pub(super) fn docs(lines: &[String], otherwise: &str) -> TokenStream {
    if lines.is_empty() {
        return quote!(#[doc = #otherwise]);
    }
    let lines = lines.iter().map(|line| format!(" {line}"));
    quote!(#(#[doc = #lines])*)
}

fn unit_items(unit: &Unit, model_docs: &[String], options: &ModuleOptions) -> TokenStream {
    let compiled = compile(unit, CompileOptions::default());
    let root = &options.root;
    let functions = functions(&compiled, &quote!(#root::__rt::kernels), Levels::All, &options.source_name);
    let spec: TokenStream = dlm_spec::literal(&describe(&compiled)).parse().expect("a description prints as Rust");
    let trainer = trainer(&compiled, root);
    let model = typed::model(&compiled, model_docs, root);
    quote! {
        /// The loops that this network compiles to.
        mod program {
            #functions
        }

        extern "C" fn step(call: &mut #root::__rt::kernels::Step<'_>) -> f32 {
            program::step(call)
        }

        extern "C" fn infer(call: &mut #root::__rt::kernels::Infer<'_>) -> f32 {
            program::infer(call)
        }

        /// The compiled model and recipe, as the runtime takes it.
        pub static PROGRAM: #root::__rt::runtime::Program = {
            #[allow(unused_imports)]
            use #root::__rt::runtime::{Program, spec::*};
            Program { spec: #spec, step, infer }
        };

        #trainer
        #model
    }
}

/// The parameters of functions that take a batch, and the arguments that they become.
struct Batch {
    inputs: Vec<Ident>,
    parameters: TokenStream,
    /// Classes come as `u32` and are converted: the trainer's field for an output, and the parameter.
    classes: Vec<(Ident, Ident)>,
    targets: Vec<TokenStream>,
    docs: Vec<String>,
}

fn batch(compiled: &Compiled<'_>) -> Batch {
    let graph = &compiled.unit.graph;
    let mut batch =
        Batch { inputs: vec![], parameters: TokenStream::new(), classes: vec![], targets: vec![], docs: vec![String::new()] };
    for input in &graph.inputs {
        let name = identifier(&input.name);
        batch.parameters.extend(quote!(#name: &[f32],));
        batch.docs.push(format!(" - `{}`: rows of {:?}, one after the other", input.name, input.shape));
        batch.inputs.push(name);
    }
    for output in &graph.outputs {
        // An input and an output never share a name: all names of a model are in one namespace.
        let name = identifier(&output.name);
        let doc = match &output.kind {
            OutputKind::Class(classes) => format!("the class of each row, below {classes}"),
            OutputKind::Binary => "0 or 1 for each row".into(),
            OutputKind::Flags(flags) => format!("{flags} times 0 or 1 for each row"),
            OutputKind::Values(shape) => format!("rows of {shape:?}, one after the other"),
        };
        batch.docs.push(format!(" - `{}`: {doc}", output.name));
        if matches!(output.kind, OutputKind::Class(_)) {
            batch.parameters.extend(quote!(#name: &[u32],));
            let field = format_ident!("target_{}", output.name);
            batch.targets.push(quote!(&self.#field));
            batch.classes.push((field, name));
        } else {
            batch.parameters.extend(quote!(#name: &[f32],));
            batch.targets.push(quote!(#name));
        }
    }
    if compiled.unit.recipe.sample_weights {
        let name = format_ident!("{}", dlm_spec::SAMPLE_WEIGHT);
        batch.docs.push(format!(" - `{name}`: a weight from 0 for each row"));
        batch.parameters.extend(quote!(#name: &[f32],));
        batch.targets.push(quote!(#name));
    }
    batch
}

fn trainer(compiled: &Compiled<'_>, root: &TokenStream) -> TokenStream {
    let runtime = quote!(#root::__rt::runtime);
    let model = identifier(&compiled.unit.graph.name);
    let Batch { inputs, parameters, classes, targets, docs } = batch(compiled);
    let (fields, classes): (Vec<Ident>, Vec<Ident>) = classes.into_iter().unzip();
    let dataset_targets = targets.iter().enumerate().map(|(index, target)| match compiled.unit.graph.outputs.get(index) {
        Some(output) if matches!(output.kind, OutputKind::Class(_)) => {
            let name = identifier(&output.name);
            quote!(#name.iter().map(|class| *class as f32).collect())
        }
        _ => quote!(#target.to_vec()),
    });
    let step = |name: &str, first: &str, more: &[&str]| {
        let name = format_ident!("{name}");
        let more = more.iter().map(|line| format!(" {line}"));
        quote! {
            #[doc = #first]
            #(#[doc = #docs])*
            ///
            #(#[doc = #more])*
            ///
            /// # Panics
            /// If the lengths are not those of one number of rows, from 1 to the recipe's batch.
            #[track_caller]
            pub fn #name(&mut self, #parameters) -> f32 {
                #(
                    self.#fields.clear();
                    self.#fields.extend(#classes.iter().take(PROGRAM.spec.batch + 1).map(|class| *class as f32));
                )*
                self.trainer.#name(&[#(#inputs),*], &[#(#targets),*])
            }
        }
    };
    let accumulate = compiled.unit.recipe.accumulate;
    let steps = if accumulate > 1 {
        let first =
            format!(" Takes one batch; each {accumulate} make one update. Returns the batch's mean loss, penalties included.");
        let one = step("step", &first, &["Allocates nothing."]);
        let last =
            " As `step`, for the last batch of an epoch: gradients that wait for more make an update now, with this batch's.";
        let last = step("last_step", last, &["In flavour `keras` they are carried on to the next epoch."]);
        quote!(#one #last)
    } else {
        let first = " One update from one batch; returns its mean loss, penalties included. Allocates nothing.";
        step("step", first, &[])
    };
    let reuse = compiled.unit.recipe.reuse.as_ref().map(|reuse| {
        let docs =
            format!(" A model that begins with weights of a file, such as `{}`, as the recipe's `reuse` says.", reuse.path);
        quote! {
            #[doc = #docs]
            ///
            /// # Errors
            /// If the file cannot be read, or lacks a tensor in its shape and type; the error tells every difference.
            pub fn reuse(path: impl ::core::convert::AsRef<::std::path::Path>) -> ::core::result::Result<Self, #runtime::Error> {
                ::core::result::Result::Ok(Self::from(#runtime::Trainer::reuse(&PROGRAM, path)?))
            }

            /// As `reuse`, from the bytes of a weights file.
            ///
            /// # Errors
            /// As `reuse`.
            pub fn reuse_bytes(bytes: &[u8]) -> ::core::result::Result<Self, #runtime::Error> {
                ::core::result::Result::Ok(Self::from(#runtime::Trainer::new(&PROGRAM).reusing_bytes(bytes)?))
            }
        }
    });
    quote! {
        /// Trains the model: parameters, the optimizer's state and work space.
        #[derive(Debug)]
        pub struct Trainer {
            trainer: #runtime::Trainer,
            #(#fields: ::std::vec::Vec<f32>,)*
        }

        impl Trainer {
            /// A new model, by the recipe's seed.
            #[must_use]
            pub fn new() -> Self {
                Self::from(#runtime::Trainer::new(&PROGRAM))
            }

            /// A new model, by another seed.
            #[must_use]
            pub fn with_seed(seed: u64) -> Self {
                Self::from(#runtime::Trainer::with_seed(&PROGRAM, seed))
            }

            /// As it is, but on so many threads; the results are the same bits.
            #[must_use]
            pub fn with_threads(self, threads: usize) -> Self {
                Self { trainer: self.trainer.with_threads(threads), ..self }
            }

            /// As it is, but with no better an instruction set than this; the results are the same bits.
            #[must_use]
            pub fn with_limit(self, limit: #runtime::Level) -> Self {
                Self { trainer: self.trainer.with_limit(limit), ..self }
            }

            #reuse

            #steps

            /// Data to fit or evaluate with, from slices.
            #(#[doc = #docs])*
            ///
            /// # Errors
            /// If the lengths are not those of one number of rows, or a class is out of range.
            pub fn dataset(#parameters) -> ::core::result::Result<#runtime::Dataset, #runtime::Error> {
                #runtime::Dataset::from_vecs(
                    &PROGRAM.spec,
                    ::std::vec![#(#inputs.to_vec()),*],
                    ::std::vec![#(#dataset_targets),*],
                )
            }

            /// The model as it is now, for prediction.
            #[must_use]
            pub fn model(&self) -> #model {
                #model { model: self.trainer.model() }
            }
        }

        impl ::core::convert::From<#runtime::Trainer> for Trainer {
            fn from(trainer: #runtime::Trainer) -> Self {
                Self { trainer, #(#fields: ::std::vec::Vec::with_capacity(PROGRAM.spec.batch + 1),)* }
            }
        }

        impl ::core::default::Default for Trainer {
            fn default() -> Self {
                Self::new()
            }
        }

        impl ::core::ops::Deref for Trainer {
            type Target = #runtime::Trainer;

            fn deref(&self) -> &Self::Target {
                &self.trainer
            }
        }

        impl ::core::ops::DerefMut for Trainer {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.trainer
            }
        }
    }
}
