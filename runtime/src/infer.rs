//! The one place that calls a program's `infer`.

use dlm_kernels::{Slice, SliceMut};

use crate::memory::Memory;
use crate::pool::Engine;
use crate::ports::{FEW, with_slices};
use crate::spec::{Program, Spec};

/// What predicting needs besides its parameters: memory to work in, and threads.
#[derive(Debug)]
pub(crate) struct Work {
    memory: Memory,
}

impl Work {
    pub(crate) fn new(spec: &Spec) -> Self {
        Work { memory: Memory::new(spec.infer_work_len) }
    }

    /// What the last prediction left at an offset.
    pub(crate) fn value(&self, at: usize) -> f32 {
        self.memory.as_slice()[at]
    }
}

/// A program with parameters and an engine to run it on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Infer<'a> {
    pub(crate) program: &'static Program,
    pub(crate) parameters: &'a [f32],
    pub(crate) engine: &'a Engine,
}

impl Infer<'_> {
    pub(crate) fn spec(&self) -> &'static Spec {
        &self.program.spec
    }

    /// The outputs of so many rows, at most one batch; returns their mean loss, 0 without targets. Lengths are the caller's
    /// to check.
    pub(crate) fn run<'a>(
        &self,
        work: &mut Work,
        inputs: impl ExactSizeIterator<Item = &'a [f32]>,
        targets: impl ExactSizeIterator<Item = &'a [f32]>,
        outputs: impl ExactSizeIterator<Item = &'a mut [f32]>,
        probabilities: bool,
        rows: usize,
    ) -> f32 {
        with_slices(inputs, |inputs| {
            with_slices(targets, |targets| {
                // Bound here and not passed in: what is written through is borrowed for exactly as long as the call.
                let count = outputs.len();
                let (mut few, mut many): ([SliceMut<'_, f32>; FEW], Vec<_>) = Default::default();
                let outputs = if count > FEW {
                    outputs.for_each(|slice| many.push(SliceMut::from(slice)));
                    &mut many[..]
                } else {
                    few.iter_mut().zip(outputs).for_each(|(port, slice)| *port = SliceMut::from(slice));
                    &mut few[..count]
                };
                (self.program.infer)(&mut dlm_kernels::Infer {
                    parameters: Slice::from(self.parameters),
                    work: SliceMut::from(work.memory.as_mut_slice()),
                    inputs: Slice::from(inputs),
                    targets: Slice::from(targets),
                    outputs: SliceMut::from(outputs),
                    probabilities,
                    rows,
                    machine: self.engine.machine(),
                })
            })
        })
    }
}
