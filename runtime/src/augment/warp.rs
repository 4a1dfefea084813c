//! Images turned and scaled around their centre, bilinearly: each pixel is read from where it comes from, between the four
//! pixels around that place.

use super::image::Image;

/// Turns an image by so many degrees against the clock; what comes in from outside is `fill`.
///
/// `scratch` has room for the padded image.
pub(super) fn rotate(values: &mut [f32], image: Image, degrees: f64, fill: f32, scratch: &mut [f32]) {
    if degrees == 0.0 {
        return;
    }
    let radians = degrees.to_radians();
    let (sin, cos) = (libm::sin(radians) as f32, libm::cos(radians) as f32);
    warp(values, image, [[cos, sin], [-sin, cos]], fill, scratch);
}

/// Makes an image so many times as large; what comes in from outside is `fill`.
///
/// `scratch` has room for the padded image.
pub(super) fn zoom(values: &mut [f32], image: Image, factor: f64, fill: f32, scratch: &mut [f32]) {
    if factor == 1.0 {
        return;
    }
    let inverse = (1.0 / factor) as f32;
    warp(values, image, [[inverse, 0.0], [0.0, inverse]], fill, scratch);
}

/// With a pixel's (down, right) from the centre and this matrix times it, (down, right) from the centre of where it comes from.
fn warp(values: &mut [f32], image: Image, matrix: [[f32; 2]; 2], fill: f32, scratch: &mut [f32]) {
    let padded = image.padded();
    let scratch = &mut scratch[..image.padded_len()];
    // All that lies outside.
    scratch.fill(fill);
    let (stride, channels) = (padded.stride(), image.channels);
    for (from, to) in values.chunks_exact(image.stride()).zip(scratch.chunks_exact_mut(stride).skip(1)) {
        to[channels..][..from.len()].copy_from_slice(from);
    }
    // The number of channels is a constant where it is a usual one.
    match channels {
        1 => read(values, image, matrix, scratch, 1),
        3 => read(values, image, matrix, scratch, 3),
        _ => read(values, image, matrix, scratch, channels),
    }
}

/// Reads every pixel from the padded image.
#[inline(always)]
fn read(values: &mut [f32], image: Image, [of_down, of_right]: [[f32; 2]; 2], padded: &[f32], channels: usize) {
    let (height, width) = (image.height as f32, image.width as f32);
    let (middle_down, middle_right) = ((height - 1.0) / 2.0, (width - 1.0) / 2.0);
    let stride = image.padded().stride();
    for (row, to) in values.chunks_exact_mut(image.stride()).enumerate() {
        let down = row as f32 - middle_down;
        let (from_down, from_right) = (of_down[0] * down, of_right[0] * down);
        for (column, to) in to.chunks_exact_mut(channels).enumerate() {
            let right = column as f32 - middle_right;
            // Counted from the padded image's first pixel, which is one before the image's.
            let y = (from_down + of_down[1] * right + (middle_down + 1.0)).clamp(0.0, height + 1.0);
            let x = (from_right + of_right[1] * right + (middle_right + 1.0)).clamp(0.0, width + 1.0);
            let (y_whole, x_whole) = (y as i32, x as i32);
            let (y_share, x_share) = (y - y_whole as f32, x - x_whole as f32);
            let first = y_whole as usize * stride + x_whole as usize * channels;
            let (above, below) = (&padded[first..][..2 * channels], &padded[first + stride..][..2 * channels]);
            for (channel, to) in to.iter_mut().enumerate() {
                let between = |row: &[f32]| (1.0 - x_share) * row[channel] + x_share * row[channel + channels];
                *to = (1.0 - y_share) * between(above) + y_share * between(below);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: Image = Image { height: 3, width: 3, channels: 1 };

    fn changed(image: Image, values: &[f32], change: impl Fn(&mut [f32], &mut [f32])) -> Vec<f32> {
        let (mut values, mut scratch) = (values.to_vec(), vec![f32::NAN; image.padded_len()]);
        change(&mut values, &mut scratch);
        values
    }

    fn close(found: &[f32], expected: &[f32]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 2e-6, "{found} instead of {expected}");
        }
    }

    #[test]
    fn a_right_angle_goes_against_the_clock() {
        let values = [1., 2., 3., 4., 5., 6., 7., 8., 9.];
        let turned = |degrees| changed(SQUARE, &values, |values, scratch| rotate(values, SQUARE, degrees, 0.0, scratch));
        close(&turned(90.0), &[3., 6., 9., 2., 5., 8., 1., 4., 7.]);
        close(&turned(-90.0), &[7., 4., 1., 8., 5., 2., 9., 6., 3.]);
        close(&turned(180.0), &[9., 8., 7., 6., 5., 4., 3., 2., 1.]);
    }

    #[test]
    fn an_eighth_reads_between_pixels_and_beyond_the_edge() {
        let turned = changed(SQUARE, &[0., 4., 0., 8., 1., 0., 0., 0., 0.], |values, scratch| {
            rotate(values, SQUARE, 45.0, 2.0, scratch);
        });
        // The pixel left of the middle comes from (−√½, −√½) of it, between 0, 4, 8 and 1.
        let s = 0.5_f32.sqrt();
        let left = s * (1.0 - s) * (4.0 + 8.0) + (1.0 - s) * (1.0 - s);
        // The one above and to the left from (−√2, 0): between the 4 above and the fill above that.
        let corner = (2.0 - 2.0 * s) * 4.0 + (2.0 * s - 1.0) * 2.0;
        // And the one above the middle from (−√½, √½), between 4, 0, 1 and 0.
        let above = s * (1.0 - s) * 4.0 + (1.0 - s) * (1.0 - s);
        // The others likewise: below to the left (0, −√2), to the right (√½, √½), …
        assert_eq!(turned[4], 1.0);
        close(&[turned[3], turned[1]], &[left, above]);
        let below_left = (2.0 - 2.0 * s) * 8.0 + (2.0 * s - 1.0) * 2.0;
        let mut corners = [turned[0], turned[6], turned[2], turned[8]];
        corners.sort_by(f32::total_cmp);
        let outside = (2.0 * s - 1.0) * 2.0;
        close(&corners, &[outside, outside, corner, below_left]);
    }

    #[test]
    fn a_zoom_reads_from_nearer_or_farther() {
        let image = Image { height: 1, width: 5, channels: 1 };
        let zoomed = |factor, fill| {
            changed(image, &[10., 20., 30., 40., 50.], |values, scratch| zoom(values, image, factor, fill, scratch))
        };
        assert_eq!(zoomed(2.0, 0.0), [20., 25., 30., 35., 40.]);
        assert_eq!(zoomed(0.5, 7.0), [7., 10., 30., 50., 7.]);
        // Half a pixel beyond the edge is half of it.
        assert_eq!(zoomed(0.8, 0.0), [5., 17.5, 30., 42.5, 25.]);
    }

    #[test]
    fn channels_are_read_apart() {
        let image = Image { height: 3, width: 3, channels: 2 };
        let values: Vec<f32> = [1., 2., 3., 4., 5., 6., 7., 8., 9.].iter().flat_map(|value| [*value, -value]).collect();
        let turned = changed(image, &values, |values, scratch| rotate(values, image, 30.0, 0.5, scratch));
        let one = changed(SQUARE, &[1., 2., 3., 4., 5., 6., 7., 8., 9.], |values, scratch| {
            rotate(values, SQUARE, 30.0, 0.5, scratch);
        });
        assert_eq!(turned.iter().step_by(2).copied().collect::<Vec<_>>(), one);
        assert_eq!(turned[9], -turned[8]);
        assert_ne!(turned[1], -turned[0], "the fill has one sign");
    }

    #[test]
    fn nothing_is_done_by_an_angle_of_0_and_a_factor_of_1() {
        let values = [0.1, -0.0, 3e38, -3e38, 1e-40, 0.7, 0.3, 1.0, 2.0];
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let turned = changed(SQUARE, &values, |values, scratch| rotate(values, SQUARE, 0.0, 9.0, scratch));
        let zoomed = changed(SQUARE, &values, |values, scratch| zoom(values, SQUARE, 1.0, 9.0, scratch));
        assert_eq!((bits(&turned), bits(&zoomed)), (bits(&values), bits(&values)));
    }

    #[test]
    fn a_constant_image_stays_constant_where_it_is_filled_with_itself() {
        let image = Image { height: 5, width: 4, channels: 3 };
        for degrees in [1.0, 33.0, 77.7, -179.0] {
            let turned = changed(image, &[0.75; 60], |values, scratch| rotate(values, image, degrees, 0.75, scratch));
            close(&turned, &[0.75; 60]);
        }
    }
}
