//! What stands in place of a model with errors: all names that other code may use, with their types, doing nothing. The errors
//! keep the crate from being built; this keeps the compiler, and an editor, from adding one for each use of a name.

use dlm_compiler::can_name_type;
use dlm_compiler::emit::{identifier, module_name};
use dlm_dsl::ast::{File, Item, Model, StatementKind, Train, Type};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The modules of all models of a file whose text has errors, as far as they can be told.
pub(crate) fn module(file: &File, root: &TokenStream) -> TokenStream {
    let models = file.items.iter().filter_map(|item| match item {
        Item::Model(model) => Some(model),
        _ => None,
    });
    let mut seen: Vec<Ident> = Vec::new();
    let mut out = TokenStream::new();
    for model in models {
        let name = module_name(&model.name.name);
        if !seen.contains(&name) {
            out.extend(model_module(model, &recipes(file, model), root));
            seen.push(name);
        }
    }
    out
}

/// The modules of a model's recipes but the first, which is in the model's own.
fn recipes(file: &File, model: &Model) -> Vec<Ident> {
    let trains = file.items.iter().filter_map(|item| match item {
        Item::Train(Train { model: of, name, .. }) if of.name == model.name.name => Some(name),
        _ => None,
    });
    let mut names: Vec<Ident> = trains.skip(1).flatten().map(|name| module_name(&name.name)).collect();
    names.sort();
    names.dedup();
    names
}

fn model_module(model: &Model, recipes: &[Ident], root: &TokenStream) -> TokenStream {
    let module = module_name(&model.name.name);
    let items = items(model, root);
    quote! {
        #[allow(missing_docs, unused_variables, dead_code, clippy::empty_loop)]
        pub mod #module {
            #items
            #(pub mod #recipes { #items })*
        }
    }
}

fn items(model: &Model, root: &TokenStream) -> TokenStream {
    let runtime = quote!(#root::__rt::runtime);
    let name = &model.name.name;
    let name = if can_name_type(name) { identifier(name) } else { format_ident!("{name}_") };
    let ports = Ports::of(model);
    let batch = &ports.parameters;
    let predict = predict(&ports, &runtime);
    quote! {
        pub static PROGRAM: #runtime::Program = #root::__rt::EMPTY_PROGRAM;

        #[derive(Debug)]
        pub struct Trainer(#runtime::Trainer);

        impl Trainer {
            pub fn new() -> Self { loop {} }
            pub fn with_seed(seed: u64) -> Self { loop {} }
            pub fn with_threads(self, threads: usize) -> Self { loop {} }
            pub fn reuse(
                path: impl ::core::convert::AsRef<::std::path::Path>,
            ) -> ::core::result::Result<Self, #runtime::Error> {
                loop {}
            }
            pub fn step(&mut self, #batch) -> f32 { loop {} }
            pub fn last_step(&mut self, #batch) -> f32 { loop {} }
            pub fn dataset(#batch) -> ::core::result::Result<#runtime::Dataset, #runtime::Error> { loop {} }
            pub fn model(&self) -> #name { loop {} }
        }

        impl ::core::convert::From<#runtime::Trainer> for Trainer {
            fn from(trainer: #runtime::Trainer) -> Self { Self(trainer) }
        }

        impl ::core::default::Default for Trainer {
            fn default() -> Self { loop {} }
        }

        impl ::core::ops::Deref for Trainer {
            type Target = #runtime::Trainer;
            fn deref(&self) -> &Self::Target { &self.0 }
        }

        impl ::core::ops::DerefMut for Trainer {
            fn deref_mut(&mut self) -> &mut Self::Target { &mut self.0 }
        }

        #[derive(Debug)]
        pub struct #name(#runtime::Model);

        impl #name {
            pub fn load(path: impl ::core::convert::AsRef<::std::path::Path>) -> ::core::result::Result<Self, #runtime::Error> {
                loop {}
            }
            #predict
        }

        impl ::core::ops::Deref for #name {
            type Target = #runtime::Model;
            fn deref(&self) -> &Self::Target { &self.0 }
        }
    }
}

/// The inputs and outputs of a model as parameters of `step`. Callers do not see the names of parameters, and those of a model with
/// errors may be any: twice the same, or none that a parameter can have.
struct Ports<'a> {
    parameters: TokenStream,
    inputs: usize,
    outputs: Vec<&'a Type>,
}

impl<'a> Ports<'a> {
    fn of(model: &'a Model) -> Self {
        let mut ports = Self { parameters: TokenStream::new(), inputs: 0, outputs: Vec::new() };
        let mut targets = TokenStream::new();
        for statement in &model.body {
            match &statement.kind {
                StatementKind::Input { .. } => {
                    let name = format_ident!("input_{}", ports.inputs);
                    ports.parameters.extend(quote!(#name: &[f32],));
                    ports.inputs += 1;
                }
                StatementKind::Output { ty, .. } => {
                    let name = format_ident!("target_{}", ports.outputs.len());
                    let element = format_ident!("{}", if ty.name.name == "class" { "u32" } else { "f32" });
                    targets.extend(quote!(#name: &[#element],));
                    ports.outputs.push(ty);
                }
                StatementKind::Chain { .. } => {}
            }
        }
        ports.parameters.extend(targets);
        ports
    }
}

/// `predict` and `predict_logits`, where there is one input and one output.
fn predict(ports: &Ports<'_>, runtime: &TokenStream) -> TokenStream {
    let (1, [output]) = (ports.inputs, ports.outputs.as_slice()) else { return TokenStream::new() };
    let axes = match output.name.name.as_str() {
        "binary" => 0,
        "f32" => output.dimensions.as_ref().map_or(0, Vec::len),
        _ => 1,
    };
    let dimension = if axes < 6 { format_ident!("Ix{}", axes + 1) } else { format_ident!("IxDyn") };
    let methods = ["predict", "predict_logits"].map(|name| {
        let name = format_ident!("{name}");
        quote! {
            pub fn #name<D: #runtime::ndarray::Dimension>(
                &self,
                rows: #runtime::ndarray::ArrayView<'_, f32, D>,
            ) -> #runtime::ndarray::Array<f32, #runtime::ndarray::#dimension> {
                loop {}
            }
        }
    });
    methods.into_iter().collect()
}
