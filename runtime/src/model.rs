//! Prediction.

use std::path::Path;
use std::sync::Mutex;

use dlm_kernels::Level;
use ndarray::{Array, ArrayD, ArrayView, ArrayViewD, Dimension, IxDyn};

use crate::data::{Dataset, FeatureNames, Labels, Part};
use crate::error::Error;
use crate::infer::{Infer, Work};
use crate::memory::Memory;
use crate::metrics::{Evaluation, evaluate};
use crate::pool::Engine;
use crate::room;
use crate::shape;
use crate::spec::{Program, Spec};
use crate::weights::{self, Loaded, Source, Weights};

/// A trained model: parameters, and a program to run them. Predicts from any number of threads at once.
#[derive(Debug)]
pub struct Model {
    program: &'static Program,
    parameters: Memory,
    /// The names and the normalisation that its weights came with.
    about: Loaded,
    engine: Engine,
    /// Kept from one prediction to the next, so that only the first allocates it. A prediction that finds it taken makes its
    /// own.
    work: Mutex<Work>,
}

impl Clone for Model {
    /// A copy of the parameters, with threads and work space of its own.
    fn clone(&self) -> Self {
        let mut copy = Model::from_parameters(self.program, self.parameters.as_slice(), self.about.clone());
        copy.engine = self.engine.with_threads(self.engine.threads());
        copy
    }
}

impl Model {
    pub(crate) fn from_parameters(program: &'static Program, parameters: &[f32], about: Loaded) -> Self {
        Model {
            program,
            parameters: Memory::from_slice(parameters),
            about,
            engine: Engine::new(1),
            work: Mutex::new(Work::new(&program.spec)),
        }
    }

    /// Reads a weights file: safetensors, with the names and shapes of a PyTorch `state_dict`, and in its metadata what
    /// normalises inputs. Values may be of any type of floating point, and names have what PyTorch's wrappers put in front of them;
    /// [`notes`](Self::notes) tells of both.
    ///
    /// # Errors
    /// If the file cannot be read, is no safetensors file, or differs from the model in any name, shape or type; the error
    /// lists all differences. If the recipe fits the normalisation of inputs and the file has none, or that of targets and the file
    /// has no metadata that would tell of it. (One that the recipe states, as
    /// `scale(1 / 255)`, need not be in the file.) If there is not enough memory.
    pub fn load(program: &'static Program, path: impl AsRef<Path>) -> Result<Self, Error> {
        Model::read(program, Source::File(path.as_ref()))
    }

    /// As [`load`](Self::load), from the bytes of a weights file, such as those of `include_bytes!`.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn from_bytes(program: &'static Program, bytes: &[u8]) -> Result<Self, Error> {
        Model::read(program, Source::Bytes(bytes))
    }

    fn read(program: &'static Program, source: Source<'_>) -> Result<Self, Error> {
        let spec = &program.spec;
        room::to_predict(spec)?;
        let mut parameters = crate::trainer::initial_normalization(spec);
        let loaded = weights::load(spec, source, parameters.as_mut_slice())?;
        let fits_targets = spec.outputs.iter().any(|output| output.normalization.is_some_and(|it| it.normalize.is_fitted()));
        let lacks_inputs = !loaded.normalized.inputs && spec.recipe.normalize.is_fitted();
        // With metadata that says nothing of targets, they were learned as they are.
        let lacks_targets = !loaded.normalized.targets && fits_targets && !loaded.has_metadata;
        if lacks_inputs || lacks_targets {
            let (path, model) = (source.path().map(Path::to_owned), spec.model.to_owned());
            return Err(Error::Normalization { path, model, targets: !lacks_inputs });
        }
        Ok(Model::from_parameters(program, parameters.as_slice(), loaded))
    }

    /// Writes a weights file, which PyTorch can load. The file is replaced as a whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        self.weights().save(path)
    }

    /// The bytes of a weights file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.weights().to_bytes()
    }

    /// Predicts on so many threads (default 1), or on as many as the system gives, which [`threads`](Self::threads) tells.
    /// Concurrent predictions share them one at a time.
    ///
    /// # Panics
    /// If `threads` is 0.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.engine = self.engine.with_threads(threads);
        self
    }

    /// Predicts with no better an instruction set than this. Results do not depend on it: a result of another machine can be
    /// replayed, or its speed be seen. By default the processor's best is used.
    #[must_use]
    pub fn with_limit(mut self, limit: Level) -> Self {
        self.engine = self.engine.with_limit(limit);
        self
    }

    /// Calls `mark` between the kernels of a program that was printed with marks; of any other, never.
    #[doc(hidden)]
    #[must_use]
    pub fn with_mark(mut self, mark: dlm_kernels::Mark) -> Self {
        self.engine = self.engine.with_mark(mark);
        self
    }

    /// The model's description.
    pub fn spec(&self) -> &'static Spec {
        &self.program.spec
    }

    /// Threads that work.
    pub fn threads(&self) -> usize {
        self.engine.threads()
    }

    /// The names of the classes, where they are known.
    pub fn labels(&self) -> &Labels {
        &self.about.labels
    }

    /// What is known of the columns that it was trained on: their names, and the bases of those that have one, which are taken
    /// off before values come here.
    pub fn features(&self) -> &FeatureNames {
        &self.about.features
    }

    /// Whether the normalisation of inputs was fitted, or came with the weights; else inputs are taken as they are, or as the
    /// recipe states.
    pub fn has_normalization(&self) -> bool {
        self.about.normalized.inputs
    }

    /// What was done to the tensors of its file so that they fit, a line each, for people: values of other types were
    /// converted, or names had something in front of them. Mostly nothing.
    pub fn notes(&self) -> &[String] {
        &self.about.notes
    }

    /// Its weights.
    pub fn weights(&self) -> Weights<'_> {
        Weights {
            program: self.program,
            parameters: self.parameters.as_slice().into(),
            labels: &self.about.labels,
            features: &self.about.features,
            normalized: self.about.normalized,
            normalization: self.about.normalization,
        }
    }

    /// The output of a model of one input and one output: (rows, sample's shape…) in; (rows, classes), (rows,) for yes or no,
    /// or (rows, output's shape…) out. Probabilities for classes, yes or no, and flags.
    ///
    /// # Panics
    /// If the shape is not the input's, the dimensions asked for are not the output's, or there are several inputs or outputs
    /// ([`predict_all`](Self::predict_all) is for those).
    pub fn predict<I: Dimension, O: Dimension>(&self, input: ArrayView<'_, f32, I>) -> Array<f32, O> {
        self.single(input, true)
    }

    /// As [`predict`](Self::predict), but logits where that gives probabilities.
    ///
    /// # Panics
    /// As [`predict`](Self::predict).
    pub fn predict_logits<I: Dimension, O: Dimension>(&self, input: ArrayView<'_, f32, I>) -> Array<f32, O> {
        self.single(input, false)
    }

    fn single<I: Dimension, O: Dimension>(&self, input: ArrayView<'_, f32, I>, probabilities: bool) -> Array<f32, O> {
        let spec = self.spec();
        let outputs = spec.outputs.len();
        assert!(outputs == 1, "{} has {}; `predict_all` returns them all", spec.model, shape::count(outputs, "output"));
        let output = self.predict_all(&[input.into_dyn()], probabilities).swap_remove(0);
        let found = shape::rows_of(spec.outputs[0].shape());
        let dimensions = O::NDIM.unwrap_or_default();
        output.into_dimensionality().unwrap_or_else(|_| {
            panic!("{} predicts an array of shape {found}, not one of {}", spec.model, shape::count(dimensions, "dimension"))
        })
    }

    /// All outputs for all inputs, in order: arrays of shape (rows, sample's shape…). Any number of rows, also none.
    ///
    /// # Panics
    /// If the number of inputs, a shape, or the numbers of rows are not what the model takes.
    pub fn predict_all(&self, inputs: &[ArrayViewD<'_, f32>], probabilities: bool) -> Vec<ArrayD<f32>> {
        let spec = self.spec();
        check_count(spec, "input", spec.inputs.len(), inputs.len());
        for (input, array) in spec.inputs.iter().zip(inputs) {
            let fits = array.shape().split_first().is_some_and(|(_, rest)| rest == input.shape);
            let expected = shape::rows_of(input.shape);
            assert!(fits, "input `{}` takes an array of shape {expected}, found {}", input.name, shape::array(array.shape()));
        }
        let standard: Vec<_> = inputs.iter().map(|input| input.as_standard_layout()).collect();
        let slices: Vec<&[f32]> = standard.iter().map(|array| array.as_slice().unwrap_or_default()).collect();
        let rows = inputs.first().map_or(0, |input| input.shape()[0]);
        let mut values: Vec<Vec<f32>> = spec.outputs.iter().map(|output| vec![0.0; rows * output.width()]).collect();
        let mut outputs: Vec<&mut [f32]> = values.iter_mut().map(Vec::as_mut_slice).collect();
        self.predict_slices(&slices, &mut outputs, probabilities);
        let shaped = |(values, output): (Vec<f32>, &crate::spec::OutputSpec)| {
            let mut shape = vec![rows];
            shape.extend_from_slice(output.shape());
            Array::from_shape_vec(IxDyn(&shape), values).expect("as many values were made as the shape has")
        };
        values.into_iter().zip(spec.outputs).map(shaped).collect()
    }

    /// Predicts into slices: for each input all rows, row-major; for each output room for all rows. Probabilities for classes,
    /// yes or no, and flags. Allocates nothing, unless another thread is predicting with this model at the same time, or
    /// there are more than 16 inputs or outputs.
    ///
    /// # Panics
    /// If a length is not that of a whole number of rows, or rows differ in number.
    pub fn predict_into(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]]) {
        self.predict_slices(inputs, outputs, true);
    }

    /// As [`predict_into`](Self::predict_into), but logits where that gives probabilities.
    ///
    /// # Panics
    /// As [`predict_into`](Self::predict_into).
    pub fn predict_logits_into(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]]) {
        self.predict_slices(inputs, outputs, false);
    }

    fn predict_slices(&self, inputs: &[&[f32]], outputs: &mut [&mut [f32]], probabilities: bool) {
        let spec = self.spec();
        check_count(spec, "input", spec.inputs.len(), inputs.len());
        check_count(spec, "output", spec.outputs.len(), outputs.len());
        let rows = spec.inputs.first().map_or(0, |input| inputs[0].len() / input.features());
        for (input, values) in spec.inputs.iter().zip(inputs) {
            check_len("input", input.name, rows, input.features(), values.len());
        }
        for (output, values) in spec.outputs.iter().zip(&*outputs) {
            check_len("output", output.name, rows, output.width(), values.len());
        }
        let infer = self.infer();
        self.with_work(|work| {
            for first in (0..rows).step_by(spec.batch) {
                let rows = spec.batch.min(rows - first);
                let part = |width: usize| first * width..(first + rows) * width;
                let inputs = inputs.iter().zip(spec.inputs).map(|(values, input)| &values[part(input.features())]);
                let outputs = outputs.iter_mut().zip(spec.outputs).map(|(values, output)| &mut values[part(output.width())]);
                infer.run(work, inputs, std::iter::empty(), outputs, probabilities, rows);
            }
        });
    }

    /// Loss and metrics on samples with their targets.
    ///
    /// # Errors
    /// If the data was made for a model of other inputs or outputs, or its classes have other names.
    pub fn evaluate(&self, data: &Dataset) -> Result<Evaluation, Error> {
        data.check_made_for(self.spec())?;
        data.labels().check_same(&self.about.labels, self.spec().outputs, "in the weights")?;
        data.features().check_bases(&self.about.features, self.spec().inputs)?;
        let rows: Vec<usize> = (0..data.rows()).collect();
        Ok(self.with_work(|work| evaluate(&self.infer(), work, Part { data, rows: &rows })))
    }

    fn infer(&self) -> Infer<'_> {
        Infer { program: self.program, parameters: self.parameters.as_slice(), engine: &self.engine }
    }

    fn with_work<R>(&self, f: impl FnOnce(&mut Work) -> R) -> R {
        match self.work.try_lock() {
            Ok(mut work) => f(&mut work),
            Err(_) => f(&mut Work::new(self.spec())),
        }
    }
}

fn check_count(spec: &Spec, what: &str, expected: usize, found: usize) {
    assert!(found == expected, "the model {} has {}, found {found}", spec.model, shape::count(expected, what));
}

fn check_len(what: &str, name: &str, rows: usize, width: usize, found: usize) {
    let expected = rows * width;
    assert!(
        found == expected,
        "{what} `{name}`: {} of {width} values are {expected} values, found {found}",
        shape::count(rows, "row")
    );
}
