//! Prints the runtime's description of a model and recipe as a constant.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::kernel::number;
use crate::compile::Compiled;
use crate::graph::{OutputKind, Parameter, Role};
use crate::initializer::Distribution;
use crate::recipe::{DataSource, Normalize, Recipe, Schedule};
use crate::signature::Length;
use crate::train_graph::{Tensor, TensorKind};

/// The `Spec`, in terms of the names of `runtime`, which are in scope.
pub fn spec(compiled: &Compiled<'_>) -> TokenStream {
    let graph = &compiled.unit.graph;
    let model = &graph.name;
    let tensors = || compiled.training.tensors.iter().zip(&compiled.layout.offsets);
    let inputs = graph.inputs.iter().enumerate().map(|(index, input)| {
        let (name, shape) = (&input.name, list(input.shape.iter().map(|size| number(*size))));
        let offset = |kind| number(*tensors().find(|(tensor, _)| tensor.kind == kind).expect("an input has both").1);
        let (shift, scale) = (offset(TensorKind::Shift(index)), offset(TensorKind::Scale(index)));
        quote!(InputSpec { name: #name, shape: #shape, shift: #shift, scale: #scale })
    });
    let outputs = graph.outputs.iter().zip(&compiled.unit.recipe.losses).map(|(output, setting)| {
        let (name, kind, loss) = (&output.name, output_kind(&output.kind), setting.loss.name());
        quote!(OutputSpec { name: #name, kind: #kind, loss: #loss })
    });
    let parameters = tensors().filter_map(|(tensor, offset)| parameter(tensor, *offset, &graph.parameters));
    let states = tensors().enumerate().filter_map(|(index, (tensor, offset))| {
        let TensorKind::State(_, value) = tensor.kind else { return None };
        let (name, offset, value) = (&tensor.name, number(*offset), Literal::f32_unsuffixed(value));
        let len = number(compiled.tensor_len(crate::train_graph::TensorId(index)));
        Some(quote!(StateSpec { name: #name, offset: #offset, len: #len, value: #value }))
    });
    let (inputs, outputs, parameters, states) = (list(inputs), list(outputs), list(parameters), list(states));
    let batch = number(compiled.unit.recipe.batch);
    let (parameters_len, memory_len) = (number(compiled.layout.parameters_len), number(compiled.layout.memory_len));
    let infer_work_len = number(compiled.infer_work_len());
    let lookahead = match compiled.unit.recipe.optimizer.lookahead() {
        None => quote!(::core::option::Option::None),
        Some(beta) => {
            let beta = Literal::f32_unsuffixed(beta as f32);
            quote!(::core::option::Option::Some(#beta))
        }
    };
    let recipe = recipe(&compiled.unit.recipe, model);
    quote! {
        Spec {
            model: #model,
            inputs: #inputs,
            outputs: #outputs,
            parameters: #parameters,
            states: #states,
            batch: #batch,
            parameters_len: #parameters_len,
            memory_len: #memory_len,
            infer_work_len: #infer_work_len,
            lookahead: #lookahead,
            recipe: #recipe,
        }
    }
}

fn parameter(tensor: &Tensor, offset: usize, parameters: &[Parameter]) -> Option<TokenStream> {
    let (name, offset) = (&tensor.name, number(offset));
    let (shape, transposed, init, trainable) = match tensor.kind {
        TensorKind::Parameter(id) => {
            let parameter = &parameters[id.0];
            let transposed = parameter.role == Role::Weight && parameter.shape.len() == 2;
            (parameter.shape.clone(), transposed, parameter.init, parameter.role.trainable())
        }
        TensorKind::Shift(_) => (vec![tensor.extent.rows], false, Distribution::Constant(0.0), false),
        TensorKind::Scale(_) => (vec![tensor.extent.rows], false, Distribution::Constant(1.0), false),
        TensorKind::State(..) => return None,
    };
    let (shape, init) = (list(shape.into_iter().map(number)), distribution(init));
    Some(quote! {
        ParameterSpec {
            name: #name, shape: #shape, transposed: #transposed, offset: #offset, init: #init, trainable: #trainable,
        }
    })
}

fn distribution(init: Distribution) -> TokenStream {
    match init {
        Distribution::Constant(value) => {
            let value = float(value);
            quote!(Init::Constant(#value))
        }
        Distribution::Uniform { low, high } => {
            let (low, high) = (float(low), float(high));
            quote!(Init::Uniform { low: #low, high: #high })
        }
        Distribution::Normal { mean, deviation, truncated } => {
            let (mean, deviation) = (float(mean), float(deviation));
            quote!(Init::Normal { mean: #mean, deviation: #deviation, truncated: #truncated })
        }
        Distribution::Orthogonal { gain } => {
            let gain = float(gain);
            quote!(Init::Orthogonal { gain: #gain })
        }
    }
}

fn output_kind(kind: &OutputKind) -> TokenStream {
    match kind {
        OutputKind::Class(classes) => {
            let classes = number(*classes);
            quote!(OutputKind::Class(#classes))
        }
        OutputKind::Binary => quote!(OutputKind::Binary),
        OutputKind::Flags(flags) => {
            let flags = number(*flags);
            quote!(OutputKind::Flags(#flags))
        }
        OutputKind::Values(shape) => {
            let shape = list(shape.iter().map(|size| number(*size)));
            quote!(OutputKind::Values(#shape))
        }
    }
}

fn recipe(recipe: &Recipe, model: &str) -> TokenStream {
    let name = recipe.name.as_deref().unwrap_or(model);
    let optimizer = recipe.optimizer.def.signature.name;
    let learning_rate = float(recipe.optimizer.learning_rate());
    let schedule = match recipe.schedule {
        Schedule::Constant => quote!(Schedule::Constant),
        Schedule::Exponential { rate, every, staircase } => {
            let rate = float(rate);
            let every = match every {
                Length::Epochs(count) => {
                    let count = float(count);
                    quote!(Length::Epochs(#count))
                }
                Length::Steps(count) => {
                    let count = float(count);
                    quote!(Length::Steps(#count))
                }
            };
            quote!(Schedule::Exponential { rate: #rate, every: #every, staircase: #staircase })
        }
    };
    let (epochs, seed) = (number(recipe.epochs), Literal::u64_unsuffixed(recipe.seed));
    let (shuffle, drop_last) = (recipe.shuffle, recipe.drop_last);
    let split = {
        let (validation, test) = (float(recipe.split.validation), float(recipe.split.test));
        let (stratify, seed) = (recipe.split.stratify, Literal::u64_unsuffixed(recipe.split.seed));
        quote!(Split { validation: #validation, test: #test, stratify: #stratify, seed: #seed })
    };
    let normalize = match recipe.normalize {
        Normalize::None => quote!(Normalize::None),
        Normalize::Standard => quote!(Normalize::Standard),
        Normalize::MinMax => quote!(Normalize::MinMax),
        Normalize::Scale(factor) => {
            let factor = float(factor);
            quote!(Normalize::Scale(#factor))
        }
    };
    let (data, validation, test) =
        (data(recipe.data.as_ref()), data(recipe.validation_data.as_ref()), data(recipe.test_data.as_ref()));
    quote! {
        RecipeSpec {
            name: #name,
            optimizer: #optimizer,
            learning_rate: #learning_rate,
            schedule: #schedule,
            epochs: #epochs,
            seed: #seed,
            shuffle: #shuffle,
            drop_last: #drop_last,
            split: #split,
            normalize: #normalize,
            data: #data,
            validation_data: #validation,
            test_data: #test,
        }
    }
}

fn data(source: Option<&DataSource>) -> TokenStream {
    match source {
        None => quote!(::core::option::Option::None),
        Some(DataSource::Csv { path, labels, features, header, delimiter }) => {
            let columns = |groups: &[Vec<String>]| list(groups.iter().map(|group| list(group.iter().map(|name| quote!(#name)))));
            let (labels, features) = (columns(labels), columns(features));
            quote! {
                ::core::option::Option::Some(DataSpec::Csv {
                    path: #path, labels: #labels, features: #features, header: #header, delimiter: #delimiter,
                })
            }
        }
        Some(DataSource::Idx { images, labels }) => {
            quote!(::core::option::Option::Some(DataSpec::Idx { images: #images, labels: #labels }))
        }
    }
}

/// A number of any sign.
fn float(value: f64) -> TokenStream {
    let magnitude = Literal::f64_unsuffixed(value.abs());
    if value.is_sign_negative() { quote!(-#magnitude) } else { quote!(#magnitude) }
}

fn list<T: quote::ToTokens>(items: impl IntoIterator<Item = T>) -> TokenStream {
    let items = items.into_iter();
    quote!(&[#(#items),*])
}
