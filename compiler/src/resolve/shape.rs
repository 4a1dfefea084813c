//! Shapes of layers, and where they come from when they do not fit.

use dlm_dsl::ast::Span;
use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::MAX_SIZE;
use super::build::Builder;
use crate::graph::{NodeId, Shape};
use crate::op::{Op, ShapeError, show};

/// Values that a note about a chain of shapes shows at most.
const SHOWN: usize = 5;

impl Builder<'_, '_> {
    /// The shape of the value that `op` makes of these inputs; `None` after an error.
    pub(super) fn infer_shape(&mut self, op: &dyn Op, inputs: &[NodeId], span: Span) -> Option<Shape> {
        let shapes: Vec<&Shape> = inputs.iter().map(|input| &self.nodes[input.0].shape).collect();
        let diagnostic = match op.shape(&shapes) {
            Ok(shape) if values(&shape).is_some() => return Some(shape),
            Ok(shape) => too_many_values(&shape, span),
            Err(ShapeError { message, help }) => {
                let mut diagnostic = Diagnostic::new(codes::SHAPE_MISMATCH, span, message);
                for input in inputs.iter().take(SHOWN) {
                    diagnostic = diagnostic.note(self.shapes_along(*input));
                }
                match help {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic,
                }
            }
        };
        self.resolver.report(diagnostic);
        None
    }

    /// The way to a value, with shapes: `the shapes are image [28, 28] -> flatten [784]`.
    pub(super) fn shapes_along(&self, end: NodeId) -> String {
        let mut way = Vec::new();
        let mut next = Some(end);
        while let Some(id) = next.filter(|_| way.len() < SHOWN) {
            let node = &self.nodes[id.0];
            way.push(format!("{} {}", node.path, show(&node.shape)));
            next = node.inputs.first().copied();
        }
        if next.is_some() {
            way.push("…".into());
        }
        way.reverse();
        match way.as_slice() {
            [only] => format!("the shape is {only}"),
            _ => format!("the shapes are {}", way.join(" -> ")),
        }
    }
}

/// The number of values in a sample's tensor of this shape; `None` where it is above [`MAX_SIZE`].
pub(super) fn values(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |product, size| product.checked_mul(*size)).filter(|values| *values <= MAX_SIZE)
}

/// The error for a shape of more values than a tensor may hold.
pub(super) fn too_many_values(shape: &[usize], span: Span) -> Diagnostic {
    let message = format!("a sample of shape {} has more than the {MAX_SIZE} values that are possible", show(shape));
    Diagnostic::new(codes::TOO_LARGE, span, message)
}
