//! Images moved by whole pixels.

use super::image::Image;
use crate::spec::Border;

/// Moves an image down and to the right; what comes in from outside is what `border` says.
///
/// Both offsets are smaller than the image; `scratch` has room for it.
pub(super) fn translate(values: &mut [f32], image: Image, [down, right]: [isize; 2], border: Border, scratch: &mut [f32]) {
    if [down, right] == [0, 0] {
        return;
    }
    let Image { height, width, channels } = image;
    let stride = image.stride();
    let from = &mut scratch[..values.len()];
    from.copy_from_slice(values);
    // The columns whose pixels come from inside, and where the first comes from.
    let inside = right.max(0) as usize..(width as isize + right.min(0)) as usize;
    let first = (-right).max(0) as usize;
    for (row, to) in values.chunks_exact_mut(stride).enumerate() {
        let Some(row) = beyond(row as isize - down, height, border) else {
            to.fill(filled(border));
            continue;
        };
        let from = &from[row * stride..][..stride];
        let len = inside.len() * channels;
        to[inside.start * channels..][..len].copy_from_slice(&from[first * channels..][..len]);
        for column in (0..inside.start).chain(inside.end..width) {
            let to = &mut to[column * channels..][..channels];
            match beyond(column as isize - right, width, border) {
                Some(column) => to.copy_from_slice(&from[column * channels..][..channels]),
                None => to.fill(filled(border)),
            }
        }
    }
}

/// Where the pixel at `index` of `len` comes from; `None` if it is filled.
fn beyond(index: isize, len: usize, border: Border) -> Option<usize> {
    let last = len as isize - 1;
    match border {
        _ if (0..=last).contains(&index) => Some(index as usize),
        Border::Fill(_) => None,
        Border::Edge => Some(index.clamp(0, last) as usize),
        Border::Reflect => Some(if index < 0 { -index } else { 2 * last - index } as usize),
    }
}

fn filled(border: Border) -> f32 {
    match border {
        Border::Fill(fill) => fill,
        Border::Edge | Border::Reflect => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: Image = Image { height: 3, width: 4, channels: 1 };
    const VALUES: [f32; 12] = [1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12.];

    fn moved(offsets: [isize; 2], border: Border) -> Vec<f32> {
        let (mut values, mut scratch) = (VALUES.to_vec(), vec![f32::NAN; 12]);
        translate(&mut values, IMAGE, offsets, border, &mut scratch);
        values
    }

    #[test]
    fn what_comes_in_is_filled() {
        assert_eq!(moved([0, 0], Border::Fill(9.0)), VALUES);
        assert_eq!(moved([1, 0], Border::Fill(0.5)), [0.5, 0.5, 0.5, 0.5, 1., 2., 3., 4., 5., 6., 7., 8.]);
        assert_eq!(moved([0, -1], Border::Fill(0.)), [2., 3., 4., 0., 6., 7., 8., 0., 10., 11., 12., 0.]);
        assert_eq!(moved([-2, 3], Border::Fill(0.)), [0., 0., 0., 9., 0., 0., 0., 0., 0., 0., 0., 0.]);
    }

    #[test]
    fn or_the_edge_or_the_image_mirrored() {
        assert_eq!(moved([1, -2], Border::Edge), [3., 4., 4., 4., 3., 4., 4., 4., 7., 8., 8., 8.]);
        assert_eq!(moved([0, 2], Border::Reflect), [3., 2., 1., 2., 7., 6., 5., 6., 11., 10., 9., 10.]);
        assert_eq!(moved([-2, 0], Border::Reflect), [9., 10., 11., 12., 5., 6., 7., 8., 1., 2., 3., 4.]);
        assert_eq!(moved([2, -3], Border::Reflect), [12., 11., 10., 9., 8., 7., 6., 5., 4., 3., 2., 1.]);
    }

    #[test]
    fn channels_of_a_pixel_stay_together() {
        let image = Image { height: 2, width: 2, channels: 3 };
        let (mut values, mut scratch) = ((1..=12).map(|value| value as f32).collect::<Vec<_>>(), vec![0.0; 12]);
        translate(&mut values, image, [1, 1], Border::Fill(0.), &mut scratch);
        assert_eq!(values, [0., 0., 0., 0., 0., 0., 0., 0., 0., 1., 2., 3.]);
    }
}
