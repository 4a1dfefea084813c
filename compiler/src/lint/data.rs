//! Lints on data as it goes into a network.

use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::{View, is_normalization, keeps_values};
use crate::recipe::{DataSource, Normalize};

/// Images of an IDX file, mostly bytes, that nothing scales.
pub(super) fn raw_images(view: &View<'_>) -> Vec<Diagnostic> {
    let idx = matches!(view.recipe.data, Some(DataSource::Idx { .. }));
    let (Some(place), true, Normalize::None) = (view.settings.place("data"), idx, view.recipe.normalize) else {
        return Vec::new();
    };
    let raw = view.graph.inputs.iter().find(|input| !normalized_first(view, input.node.0));
    let warning = raw.map(|input| {
        let message =
            format!("what `idx` holds for `{}`, mostly bytes from 0 to 255, goes into the network as it is", input.name);
        Diagnostic::new(codes::RAW_IMAGES, place, message)
            .note("weights are drawn for inputs of a size of about 1")
            .help("write `normalize = scale(1 / 255)`, or `standard`")
    });
    warning.into_iter().collect()
}

/// Whether every way from a node comes to a normalisation before anything that computes with its size.
fn normalized_first(view: &View<'_>, index: usize) -> bool {
    let mut waiting = vec![index];
    while let Some(index) = waiting.pop() {
        for consumer in &view.consumers[index] {
            let node = &view.nodes()[*consumer];
            if keeps_values(node) {
                waiting.push(*consumer);
            } else if !is_normalization(node) {
                return false;
            }
        }
    }
    true
}
