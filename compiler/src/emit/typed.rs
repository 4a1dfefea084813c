//! Prints the model that a user of `model!` predicts with: its inputs and outputs as arrays of their own types, by name where
//! there are several.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::api::{docs, identifier};
use crate::compile::Compiled;
use crate::graph::{Graph, OutputKind};

/// From so many values on, what one sample predicts is on the heap.
const LARGE: usize = 4096;

/// An input or output.
struct Port {
    name: Ident,
    shape: Vec<usize>,
    docs: Vec<String>,
    /// What it means: "a probability for each class".
    meaning: String,
}

impl Port {
    /// Its dimensions with rows before.
    fn dimension(&self) -> Ident {
        let axes = self.shape.len() + 1;
        if axes <= 6 { format_ident!("Ix{axes}") } else { format_ident!("IxDyn") }
    }

    /// One sample: `[[f32; 8]; 8]`.
    fn array(&self) -> TokenStream {
        array_of(quote!(f32), &self.shape)
    }

    fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// The docs of its field: what was written, or else what it is; then its shape.
    fn field_docs(&self, shape: &str) -> TokenStream {
        let last = format!(" {}: {shape}.", self.meaning);
        let lines: Vec<String> = self.docs.iter().map(|line| format!(" {line}")).collect();
        if lines.is_empty() { quote!(#[doc = #last]) } else { quote!(#(#[doc = #lines])* #[doc = ""] #[doc = #last]) }
    }
}

fn array_of(element: TokenStream, shape: &[usize]) -> TokenStream {
    shape.iter().rev().fold(element, |of, size| {
        let size = Literal::usize_unsuffixed(*size);
        quote!([#of; #size])
    })
}

/// The flat view of one sample's array at `place`, an expression of an array or number.
fn flat(place: TokenStream, axes: usize, mutable: bool) -> TokenStream {
    let whole = if mutable { quote!(&mut #place) } else { quote!(&#place) };
    match axes {
        0 if mutable => quote!(::core::slice::from_mut(&mut #place)),
        0 => quote!(::core::slice::from_ref(&#place)),
        1 => quote!(#whole[..]),
        _ => {
            let flattened = if mutable { quote!(as_flattened_mut()) } else { quote!(as_flattened()) };
            (1..axes).fold(place, |of, _| quote!(#of.#flattened))
        }
    }
}

/// The model's type, with what takes and gives its arrays.
pub fn model(compiled: &Compiled<'_>, model_docs: &[String], root: &TokenStream) -> TokenStream {
    let runtime = quote!(#root::__rt::runtime);
    let graph = &compiled.unit.graph;
    let name = identifier(&graph.name);
    let docs = docs(model_docs, "The model, for prediction.");
    let (structs, methods) = Typed::of(graph, &runtime).print();
    quote! {
        #docs
        #[derive(Clone, Debug)]
        pub struct #name {
            model: #runtime::Model,
        }

        impl #name {
            /// A model with the weights of a file.
            ///
            /// # Errors
            /// If the file cannot be read, its names, shapes or types are not the model's (the error tells every difference),
            /// or it lacks the normalisation that the recipe fits.
            pub fn load(path: impl ::core::convert::AsRef<::std::path::Path>) -> ::core::result::Result<Self, #runtime::Error> {
                ::core::result::Result::Ok(Self { model: #runtime::Model::load(&PROGRAM, path)? })
            }

            /// A model with the weights of a file's bytes, such as `include_bytes!` gives them.
            ///
            /// # Errors
            /// As `load`.
            pub fn from_bytes(bytes: &[u8]) -> ::core::result::Result<Self, #runtime::Error> {
                ::core::result::Result::Ok(Self { model: #runtime::Model::from_bytes(&PROGRAM, bytes)? })
            }

            /// As it is, but on so many threads; the results are the same bits.
            #[must_use]
            pub fn with_threads(self, threads: usize) -> Self {
                Self { model: self.model.with_threads(threads) }
            }

            /// As it is, but with no better an instruction set than this; the results are the same bits.
            #[must_use]
            pub fn with_limit(self, limit: #runtime::Level) -> Self {
                Self { model: self.model.with_limit(limit) }
            }

            #methods
        }

        #structs

        impl ::core::ops::Deref for #name {
            type Target = #runtime::Model;

            fn deref(&self) -> &Self::Target {
                &self.model
            }
        }
    }
}

struct Typed<'a> {
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    /// Whether logits differ from what is predicted.
    has_logits: bool,
    runtime: &'a TokenStream,
}

impl<'a> Typed<'a> {
    fn of(graph: &Graph, runtime: &'a TokenStream) -> Self {
        let input = |input: &crate::graph::Input| Port {
            name: identifier(&input.name),
            shape: input.shape.clone(),
            docs: input.docs.clone(),
            meaning: format!("the input `{}`", input.name),
        };
        let output = |output: &crate::graph::Output| {
            let (shape, meaning) = match &output.kind {
                OutputKind::Class(classes) => (vec![*classes], "a probability for each class"),
                OutputKind::Binary => (vec![], "a probability"),
                OutputKind::Flags(flags) => (vec![*flags], "a probability for each flag"),
                OutputKind::Values(shape) => (shape.clone(), "the values"),
            };
            let meaning = format!("{meaning} of `{}`", output.name);
            Port { name: identifier(&output.name), shape, docs: output.docs.clone(), meaning }
        };
        Typed {
            inputs: graph.inputs.iter().map(input).collect(),
            outputs: graph.outputs.iter().map(output).collect(),
            has_logits: graph.outputs.iter().any(|output| !matches!(output.kind, OutputKind::Values(_))),
            runtime,
        }
    }

    /// The structs of several inputs or outputs, and the methods that predict.
    fn print(&self) -> (TokenStream, TokenStream) {
        let (batch_structs, batch) = self.batch();
        let (one_structs, one) = self.one();
        (quote!(#batch_structs #one_structs), quote!(#batch #one))
    }

    /// Any number of rows, in arrays of `ndarray`.
    fn batch(&self) -> (TokenStream, TokenStream) {
        let runtime = self.runtime;
        let mut structs = TokenStream::new();
        let view = |port: &Port| {
            let dimension = port.dimension();
            quote!(#runtime::ndarray::ArrayView<'_, f32, #runtime::ndarray::#dimension>)
        };
        let array = |port: &Port| {
            let dimension = port.dimension();
            quote!(#runtime::ndarray::Array<f32, #runtime::ndarray::#dimension>)
        };
        let (parameters, arguments, inputs, dynamic) = match self.inputs.as_slice() {
            [input] => {
                let (name, view) = (&input.name, view(input));
                (quote!(#name: #view), quote!(#name), view, quote!(inputs.into_dyn()))
            }
            inputs => {
                let names: Vec<&Ident> = inputs.iter().map(|input| &input.name).collect();
                let dimensions = inputs.iter().map(Port::dimension);
                let docs = inputs.iter().map(|input| input.field_docs(&format!("an array of shape {}", with_rows(&input.shape))));
                structs.extend(quote! {
                    /// What any number of rows are predicted from: an array for each input, all of as many rows.
                    #[derive(Clone, Debug)]
                    pub struct Inputs<'a> {
                        #(#docs pub #names: #runtime::ndarray::ArrayView<'a, f32, #runtime::ndarray::#dimensions>,)*
                    }
                });
                let dynamic = quote!(#(inputs.#names.into_dyn()),*);
                (quote!(inputs: Inputs<'_>), quote!(inputs), quote!(Inputs<'_>), dynamic)
            }
        };
        let (returns, result) = match self.outputs.as_slice() {
            [output] => (array(output), quote!(#runtime::typed::next(&mut outputs))),
            outputs => {
                let names: Vec<&Ident> = outputs.iter().map(|output| &output.name).collect();
                let arrays = outputs.iter().map(array);
                let docs =
                    outputs.iter().map(|output| output.field_docs(&format!("an array of shape {}", with_rows(&output.shape))));
                structs.extend(quote! {
                    /// What is predicted for any number of rows: an array for each output.
                    #[derive(Clone, Debug, PartialEq)]
                    pub struct Outputs {
                        #(#docs pub #names: #arrays,)*
                    }
                });
                (quote!(Outputs), quote!(Outputs { #(#names: #runtime::typed::next(&mut outputs),)* }))
            }
        };
        let shapes = self.shapes(|port| format!("an array of shape {}", with_rows(&port.shape)));
        let logits = self.logits(quote! {
            /// As `predict`, but logits instead of probabilities.
            ///
            /// # Panics
            /// As `predict`.
            #[must_use]
            #[track_caller]
            pub fn predict_logits(&self, #parameters) -> #returns {
                self.predict_batch(#arguments, false)
            }
        });
        let methods = quote! {
            /// Predicts any number of rows.
            #(#[doc = #shapes])*
            ///
            /// # Panics
            /// If an array has other sizes.
            #[must_use]
            #[track_caller]
            pub fn predict(&self, #parameters) -> #returns {
                self.predict_batch(#arguments, true)
            }

            #logits

            #[track_caller]
            fn predict_batch(&self, inputs: #inputs, probabilities: bool) -> #returns {
                let mut outputs = self.model.predict_all(&[#dynamic], probabilities).into_iter();
                #result
            }
        };
        (structs, methods)
    }

    /// One sample, in arrays whose sizes are types, so that nothing is left to be wrong.
    fn one(&self) -> (TokenStream, TokenStream) {
        let mut structs = TokenStream::new();
        let (parameters, arguments, inputs, slices) = match self.inputs.as_slice() {
            [input] => {
                let (name, array) = (&input.name, input.array());
                let slice = flat(if input.shape.is_empty() { quote!(*inputs) } else { quote!(inputs) }, input.shape.len(), false);
                (quote!(#name: &#array), quote!(#name), quote!(&#array), slice)
            }
            inputs => {
                let names: Vec<&Ident> = inputs.iter().map(|input| &input.name).collect();
                let arrays = inputs.iter().map(Port::array);
                let docs = inputs.iter().map(|input| input.field_docs(&sample(&input.shape)));
                structs.extend(quote! {
                    /// What one sample is predicted from.
                    #[derive(Clone, Copy, Debug)]
                    pub struct InputsOfOne<'a> {
                        #(#docs pub #names: &'a #arrays,)*
                    }
                });
                let slices = inputs.iter().map(|input| {
                    let name = &input.name;
                    let place = if input.shape.is_empty() { quote!(*inputs.#name) } else { quote!(inputs.#name) };
                    flat(place, input.shape.len(), false)
                });
                (quote!(inputs: InputsOfOne<'_>), quote!(inputs), quote!(InputsOfOne<'_>), quote!(#(#slices),*))
            }
        };
        let (returns, place): (TokenStream, Vec<TokenStream>) = match self.outputs.as_slice() {
            [output] => (self.result(output), vec![quote!(result)]),
            outputs => {
                let names: Vec<&Ident> = outputs.iter().map(|output| &output.name).collect();
                let types = outputs.iter().map(|output| self.result(output));
                let docs = outputs.iter().map(|output| output.field_docs(&sample(&output.shape)));
                structs.extend(quote! {
                    /// What is predicted for one sample.
                    #[derive(Clone, Debug, PartialEq)]
                    pub struct OutputsOfOne {
                        #(#docs pub #names: #types,)*
                    }
                });
                (quote!(OutputsOfOne), names.iter().map(|name| quote!(result.#name)).collect())
            }
        };
        let zero = match self.outputs.as_slice() {
            [output] => self.zero(output),
            outputs => {
                let (names, zeros) = (outputs.iter().map(|output| &output.name), outputs.iter().map(|output| self.zero(output)));
                quote!(OutputsOfOne { #(#names: #zeros,)* })
            }
        };
        let written = self.outputs.iter().zip(place).map(|(output, place)| flat(place, output.shape.len(), true));
        let shapes = self.shapes(|port| sample(&port.shape));
        let logits = self.logits(quote! {
            /// As `predict_one`, but logits instead of probabilities.
            #[must_use]
            pub fn predict_one_logits(&self, #parameters) -> #returns {
                self.predict_sample(#arguments, false)
            }
        });
        let methods = quote! {
            /// Predicts one sample. The values are the same bits as in `predict`.
            #(#[doc = #shapes])*
            #[must_use]
            pub fn predict_one(&self, #parameters) -> #returns {
                self.predict_sample(#arguments, true)
            }

            #logits

            fn predict_sample(&self, inputs: #inputs, probabilities: bool) -> #returns {
                let mut result = #zero;
                let (inputs, outputs) = (&[#slices], &mut [#(#written),*]);
                if probabilities {
                    self.model.predict_into(inputs, outputs);
                } else {
                    self.model.predict_logits_into(inputs, outputs);
                }
                result
            }
        };
        (structs, methods)
    }

    /// The type of one sample's output.
    fn result(&self, output: &Port) -> TokenStream {
        let array = output.array();
        if output.len() < LARGE { array } else { quote!(::std::boxed::Box<#array>) }
    }

    /// One sample's output before anything is predicted.
    fn zero(&self, output: &Port) -> TokenStream {
        let runtime = self.runtime;
        let array = |shape: &[usize]| {
            shape.iter().rev().fold(quote!(0.0_f32), |of, size| {
                let size = Literal::usize_unsuffixed(*size);
                quote!([#of; #size])
            })
        };
        match output.shape.split_first() {
            // Never on the stack.
            Some((rows, row)) if output.len() >= LARGE => {
                let (rows, row) = (Literal::usize_unsuffixed(*rows), array(row));
                quote!(#runtime::typed::boxed(::std::vec![#row; #rows]))
            }
            _ => array(&output.shape),
        }
    }

    fn logits(&self, methods: TokenStream) -> TokenStream {
        if self.has_logits { methods } else { TokenStream::new() }
    }

    /// Lines of docs that say what goes in and comes out.
    fn shapes(&self, shape: impl Fn(&Port) -> String) -> Vec<String> {
        let line = |port: &Port| format!(" - {}: {}", port.meaning, shape(port));
        let mut lines = vec![String::new(), " Takes".to_owned()];
        lines.extend(self.inputs.iter().map(line));
        lines.extend([String::new(), " and returns".to_owned()]);
        lines.extend(self.outputs.iter().map(line));
        lines
    }
}

/// `(rows, 28, 28)`
fn with_rows(shape: &[usize]) -> String {
    let sizes: String = shape.iter().map(|size| format!(", {size}")).collect();
    if sizes.is_empty() { "`(rows,)`".into() } else { format!("`(rows{sizes})`") }
}

/// "an array of sizes `[28, 28]`"
fn sample(shape: &[usize]) -> String {
    if shape.is_empty() { "a number".into() } else { format!("an array of sizes `{shape:?}`") }
}
