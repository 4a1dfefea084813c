//! Images mirrored.

use super::image::Image;

/// Makes left right, or top bottom where it is `vertical`.
pub(super) fn flip(values: &mut [f32], image: Image, vertical: bool) {
    let (stride, channels) = (image.stride(), image.channels);
    if vertical {
        swap_ends(values, stride);
        return;
    }
    for row in values.chunks_exact_mut(stride) {
        if channels == 1 { row.reverse() } else { swap_ends(row, channels) }
    }
}

/// Puts the parts of so many values in the opposite order.
fn swap_ends(values: &mut [f32], part: usize) {
    let parts = values.len() / part;
    let (first, last) = values.split_at_mut(parts / 2 * part);
    for (a, b) in first.chunks_exact_mut(part).zip(last.chunks_exact_mut(part).rev()) {
        a.swap_with_slice(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flipped(image: Image, vertical: bool) -> Vec<f32> {
        let mut values: Vec<f32> = (1..=image.height * image.stride()).map(|value| value as f32).collect();
        flip(&mut values, image, vertical);
        values
    }

    #[test]
    fn left_becomes_right_and_top_bottom() {
        let image = Image { height: 3, width: 3, channels: 1 };
        assert_eq!(flipped(image, false), [3., 2., 1., 6., 5., 4., 9., 8., 7.]);
        assert_eq!(flipped(image, true), [7., 8., 9., 4., 5., 6., 1., 2., 3.]);
    }

    #[test]
    fn channels_of_a_pixel_keep_their_order() {
        let image = Image { height: 2, width: 3, channels: 2 };
        assert_eq!(flipped(image, false), [5., 6., 3., 4., 1., 2., 11., 12., 9., 10., 7., 8.]);
        assert_eq!(flipped(image, true), [7., 8., 9., 10., 11., 12., 1., 2., 3., 4., 5., 6.]);
    }
}
