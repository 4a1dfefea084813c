//! What generated code makes its typed arrays of.

use ndarray::{Array, ArrayD, Dimension};

/// The next of a model's outputs, whose dimensions are known to be these.
pub fn next<D: Dimension>(outputs: &mut impl Iterator<Item = ArrayD<f32>>) -> Array<f32, D> {
    let output = outputs.next().expect("a model gives every output");
    output.into_dimensionality().expect("generated code knows the dimensions of an output")
}

/// Rows as an array on the heap.
pub fn boxed<T, const N: usize>(rows: Vec<T>) -> Box<[T; N]> {
    let Ok(boxed) = rows.into_boxed_slice().try_into() else { unreachable!("generated code makes as many rows as there are") };
    boxed
}
