//! Lints on augmentation.

use dlm_dsl::codes;
use dlm_dsl::diagnostic::Diagnostic;

use super::View;
use crate::augment::Scope;
use crate::recipe::Normalize;
use crate::resolve::show_number;

/// Noise of a smaller deviation, once inputs are scaled to a size of about 1, is none.
const FAINT: f64 = 1e-3;
/// An image has no more channels, and is not narrower.
const CHANNELS: usize = 4;

/// Noise that was meant for inputs as the network takes them, and is added before they are scaled.
pub(super) fn faint_noise(view: &View<'_>) -> Vec<Diagnostic> {
    let Normalize::Scale(factor) = view.recipe.normalize else { return Vec::new() };
    let noise = view.recipe.augment.iter().filter(|augment| augment.def.signature.name == "noise");
    let warnings = noise.filter_map(|noise| {
        let std = noise.arguments.number("std");
        let scaled = std * factor.abs();
        let place = noise.arguments.place("std").filter(|_| scaled > 0.0 && scaled < FAINT)?;
        let rounded = |number: f64, digits: f64| show_number((number * digits).round() / digits);
        let (meant, std, shown) = (rounded(std / factor.abs(), 1e3), show_number(std), rounded(scaled, 1e6));
        let message = format!("`noise({std})` is next to nothing: `normalize` makes a deviation of about {shown} of it");
        Some(
            Diagnostic::new(codes::FAINT_NOISE, place, message)
                .note("noise is added to values as they are read, before they are normalised")
                .help(format!("for a deviation of {std} in the network write `noise({meant})`")),
        )
    });
    warnings.collect()
}

/// Images whose channels seem to come first.
pub(super) fn channels_first(view: &View<'_>) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    for augment in view.recipe.augment.iter().filter(|augment| augment.def.scope == Scope::Images) {
        let Some(written) = &augment.arguments.written else { continue };
        for input in augment.inputs.iter().map(|index| &view.graph.inputs[*index]) {
            let &[channels, height, width] = input.shape.as_slice() else { continue };
            if channels > CHANNELS || height <= CHANNELS || width <= CHANNELS {
                continue;
            }
            let (name, input) = (augment.def.signature.name, &input.name);
            let message = format!(
                "`{name}` takes `{input}`, f32[{channels}, {height}, {width}], for {channels} rows of {height} pixels with {width} \
                 channels each"
            );
            warnings.push(
                Diagnostic::new(codes::CHANNELS_FIRST, written.name, message)
                    .note("images are f32[height, width, channels]: the channels of a pixel stand side by side")
                    .help(format!("declare f32[{height}, {width}, {channels}], and give the data in that order")),
            );
        }
    }
    warnings
}
