//! What stands in place of a model with errors: all names that other code may use, with their types, doing nothing. The errors
//! keep the crate from being built; this keeps the compiler, and an editor, from adding one for each use of a name.

use std::collections::HashMap;

use dlm_compiler::can_name_type;
use dlm_compiler::emit::{identifier, module_name};
use dlm_dsl::ast::{File, Item, Model, StatementKind, Train, Type, Value, ValueKind};
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
            out.extend(model_module(file, model, &recipes(file, model), root));
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

fn model_module(file: &File, model: &Model, recipes: &[Ident], root: &TokenStream) -> TokenStream {
    let module = module_name(&model.name.name);
    let items = items(model, &sizes_of(file), root);
    quote! {
        #[allow(nonstandard_style, missing_docs, unused_variables, dead_code, clippy::empty_loop)]
        pub mod #module {
            #items
            #(pub mod #recipes { #items })*
        }
    }
}

fn items(model: &Model, sizes: &Sizes<'_>, root: &TokenStream) -> TokenStream {
    let runtime = quote!(#root::__rt::runtime);
    let name = &model.name.name;
    let name = if can_name_type(name) { identifier(name) } else { format_ident!("{name}_") };
    let ports = Ports::of(model);
    let batch = &ports.parameters;
    let (structs, predict) = predict(&ports, sizes, &runtime);
    quote! {
        pub static PROGRAM: #runtime::Program = #root::__rt::EMPTY_PROGRAM;

        #[derive(Debug)]
        pub struct Trainer(#runtime::Trainer);

        impl Trainer {
            pub fn new() -> Self { loop {} }
            pub fn with_seed(seed: u64) -> Self { loop {} }
            pub fn with_threads(self, threads: usize) -> Self { loop {} }
            pub fn with_limit(self, limit: #runtime::Level) -> Self { loop {} }
            pub fn reuse_bytes(bytes: &[u8]) -> ::core::result::Result<Self, #runtime::Error> { loop {} }
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

        #structs

        #[derive(Clone, Debug)]
        pub struct #name {
            model: #runtime::Model,
        }

        impl #name {
            pub fn from_bytes(bytes: &[u8]) -> ::core::result::Result<Self, #runtime::Error> { loop {} }
            pub fn with_threads(self, threads: usize) -> Self { loop {} }
            pub fn with_limit(self, limit: #runtime::Level) -> Self { loop {} }
            pub fn load(path: impl ::core::convert::AsRef<::std::path::Path>) -> ::core::result::Result<Self, #runtime::Error> {
                loop {}
            }
            #predict
        }

        impl ::core::ops::Deref for #name {
            type Target = #runtime::Model;
            fn deref(&self) -> &Self::Target { &self.model }
        }
    }
}

/// The inputs and outputs of a model, and both as parameters of `step`. Callers do not see the names of parameters, and those of a
/// model with errors may be any: twice the same, or none that a parameter can have.
struct Ports<'a> {
    parameters: TokenStream,
    inputs: Vec<(Ident, &'a Type)>,
    outputs: Vec<(Ident, &'a Type)>,
}

impl<'a> Ports<'a> {
    fn of(model: &'a Model) -> Self {
        let mut ports = Self { parameters: TokenStream::new(), inputs: Vec::new(), outputs: Vec::new() };
        let mut targets = TokenStream::new();
        for (index, statement) in model.body.iter().enumerate() {
            let parameter = format_ident!("port_{index}");
            match &statement.kind {
                StatementKind::Input { name, ty, .. } => {
                    ports.parameters.extend(quote!(#parameter: &[f32],));
                    ports.inputs.push((identifier(&name.name), ty));
                }
                StatementKind::Output { name, ty, .. } => {
                    let element = format_ident!("{}", if ty.name.name == "class" { "u32" } else { "f32" });
                    targets.extend(quote!(#parameter: &[#element],));
                    ports.outputs.push((identifier(&name.name), ty));
                }
                StatementKind::Chain { .. } => {}
            }
        }
        ports.parameters.extend(targets);
        for list in [&mut ports.inputs, &mut ports.outputs] {
            let mut seen = Vec::new();
            list.retain(|(name, _)| {
                !seen.contains(name) && {
                    seen.push(name.clone());
                    true
                }
            });
        }
        ports
    }
}

/// The consts of a file that are plain numbers.
type Sizes<'a> = HashMap<&'a str, usize>;

fn sizes_of(file: &File) -> Sizes<'_> {
    let consts = file.items.iter().filter_map(|item| match item {
        Item::Const(item) => Some(item),
        _ => None,
    });
    let sizes = consts.filter_map(|item| match item.value.kind {
        ValueKind::Number(number) => Some((item.name.name.as_str(), number as usize)),
        _ => None,
    });
    sizes.collect()
}

/// The sizes of a type, as far as they can be told.
fn dimensions(ty: &Type, sizes: &Sizes<'_>) -> Vec<usize> {
    let size = |value: &Value| match &value.kind {
        ValueKind::Number(number) => *number as usize,
        ValueKind::Path(segments) => segments.first().and_then(|first| sizes.get(first.name.name.as_str())).copied().unwrap_or(1),
        _ => 1,
    };
    ty.dimensions.iter().flatten().map(size).collect()
}

/// The methods that predict, and the structs that they take and give where there are several inputs or outputs.
fn predict(ports: &Ports<'_>, sizes: &Sizes<'_>, runtime: &TokenStream) -> (TokenStream, TokenStream) {
    let dimension = |ty: &Type| {
        let axes = dimensions(ty, sizes).len() + 1;
        if axes <= 6 { format_ident!("Ix{axes}") } else { format_ident!("IxDyn") }
    };
    let one = |ty: &Type| dimensions(ty, sizes).iter().rev().fold(quote!(f32), |of, size| quote!([#of; #size]));
    let (names, inputs): (Vec<&Ident>, Vec<&Type>) = ports.inputs.iter().map(|(name, ty)| (name, *ty)).unzip();
    let (results, outputs): (Vec<&Ident>, Vec<&Type>) = ports.outputs.iter().map(|(name, ty)| (name, *ty)).unzip();
    let (views, samples): (Vec<Ident>, Vec<TokenStream>) = inputs.iter().map(|ty| (dimension(ty), one(ty))).unzip();
    let (arrays, values): (Vec<Ident>, Vec<TokenStream>) = outputs.iter().map(|ty| (dimension(ty), one(ty))).unzip();
    let mut structs = TokenStream::new();
    // Of a model without inputs, which is an error, the lifetime is not used.
    let marker = inputs.is_empty().then(|| quote!(marker: ::core::marker::PhantomData<&'a ()>,));
    let (takes, takes_one) = if let ([view], [sample]) = (views.as_slice(), samples.as_slice()) {
        (quote!(#runtime::ndarray::ArrayView<'_, f32, #runtime::ndarray::#view>), quote!(&#sample))
    } else {
        structs.extend(quote! {
            #[derive(Clone, Debug)]
            pub struct Inputs<'a> {
                #marker
                #(pub #names: #runtime::ndarray::ArrayView<'a, f32, #runtime::ndarray::#views>,)*
            }

            #[derive(Clone, Copy, Debug)]
            pub struct InputsOfOne<'a> {
                #marker
                #(pub #names: &'a #samples,)*
            }
        });
        (quote!(Inputs<'_>), quote!(InputsOfOne<'_>))
    };
    let (gives, gives_one) = if let ([array], [value]) = (arrays.as_slice(), values.as_slice()) {
        (quote!(#runtime::ndarray::Array<f32, #runtime::ndarray::#array>), value.clone())
    } else {
        structs.extend(quote! {
            #[derive(Clone, Debug, PartialEq)]
            pub struct Outputs {
                #(pub #results: #runtime::ndarray::Array<f32, #runtime::ndarray::#arrays>,)*
            }

            #[derive(Clone, Debug, PartialEq)]
            pub struct OutputsOfOne {
                #(pub #results: #values,)*
            }
        });
        (quote!(Outputs), quote!(OutputsOfOne))
    };
    let methods = quote! {
        pub fn predict(&self, inputs: #takes) -> #gives { loop {} }
        pub fn predict_logits(&self, inputs: #takes) -> #gives { loop {} }
        pub fn predict_one(&self, inputs: #takes_one) -> #gives_one { loop {} }
        pub fn predict_one_logits(&self, inputs: #takes_one) -> #gives_one { loop {} }
    };
    (structs, methods)
}
