//! Images turned and scaled around their centre, bilinearly: each pixel is read from where it comes from, between the four
//! pixels around that place.

use dlm_kernels::Machine;

use super::image::Image;

/// Turns an image by so many degrees against the clock; what comes in from outside is `fill`.
///
/// `scratch` has room for the padded image.
pub(super) fn rotate(values: &mut [f32], image: Image, degrees: f64, fill: f32, scratch: &mut [f32], machine: &Machine) {
    if degrees == 0.0 {
        return;
    }
    let radians = degrees.to_radians();
    let (sin, cos) = (libm::sin(radians) as f32, libm::cos(radians) as f32);
    warp(values, image, [[cos, sin], [-sin, cos]], fill, scratch, machine);
}

/// Makes an image so many times as large; what comes in from outside is `fill`.
///
/// `scratch` has room for the padded image.
pub(super) fn zoom(values: &mut [f32], image: Image, factor: f64, fill: f32, scratch: &mut [f32], machine: &Machine) {
    if factor == 1.0 {
        return;
    }
    let inverse = (1.0 / factor) as f32;
    warp(values, image, [[inverse, 0.0], [0.0, inverse]], fill, scratch, machine);
}

/// With a pixel's (down, right) from the centre and this matrix times it, (down, right) from the centre of where it comes from.
fn warp(values: &mut [f32], image: Image, matrix: [[f32; 2]; 2], fill: f32, scratch: &mut [f32], machine: &Machine) {
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
        1 => read(values, image, matrix, scratch, 1, machine),
        3 => read(values, image, matrix, scratch, 3, machine),
        _ => read(values, image, matrix, scratch, channels, machine),
    }
}

/// Reads every pixel from the padded image.
#[inline(always)]
fn read(values: &mut [f32], image: Image, matrix: [[f32; 2]; 2], padded: &[f32], channels: usize, machine: &Machine) {
    let stride = image.padded().stride();
    let mut places = Places { y: [0; BLOCK], x: [0; BLOCK], y_share: [0.0; BLOCK], x_share: [0.0; BLOCK] };
    for (row, to) in values.chunks_exact_mut(image.stride()).enumerate() {
        for (block, to) in to.chunks_mut(BLOCK * channels).enumerate() {
            levels::find(&mut Find { row, column: block * BLOCK, image, matrix, places: &mut places, machine });
            let Places { y, x, y_share, x_share } = &places;
            for (lane, to) in to.chunks_exact_mut(channels).enumerate() {
                let (y_share, x_share) = (y_share[lane], x_share[lane]);
                let first = y[lane] as usize * stride + x[lane] as usize * channels;
                let (above, below) = (&padded[first..][..2 * channels], &padded[first + stride..][..2 * channels]);
                for (channel, to) in to.iter_mut().enumerate() {
                    let between = |row: &[f32]| (1.0 - x_share) * row[channel] + x_share * row[channel + channels];
                    *to = (1.0 - y_share) * between(above) + y_share * between(below);
                }
            }
        }
    }
}

/// Pixels of a row whose places are found at a time.
const BLOCK: usize = 32;

/// Where pixels come from: the pixel of the padded image above and to the left of there, and how far beyond it.
struct Places {
    y: [u32; BLOCK],
    x: [u32; BLOCK],
    y_share: [f32; BLOCK],
    x_share: [f32; BLOCK],
}

/// Finds the places of a row's pixels from a column on.
struct Find<'a> {
    row: usize,
    column: usize,
    image: Image,
    matrix: [[f32; 2]; 2],
    places: &'a mut Places,
    machine: &'a Machine,
}

/// From here on an `f32` holds whole numbers alone, its last bit being 1.
const WHOLE: f32 = 8_388_608.0;

/// The whole number below, of a number from 0 that is far below `WHOLE`. (`as` saturates, and so is not turned into vectors.)
#[inline(always)]
fn floor(value: f32) -> f32 {
    let nearest = value + WHOLE - WHOLE;
    if nearest > value { nearest - 1.0 } else { nearest }
}

/// Such a whole number as an integer.
#[inline(always)]
fn to_whole(value: f32) -> u32 {
    (value + WHOLE).to_bits() & 0x007f_ffff
}

/// Copies for each instruction set, which all give the same bits.
mod levels {
    use super::{BLOCK, Find, floor, to_whole};

    dlm_kernels::per_level! {
        entries { find(&mut Find<'_>) -> () }

        fn find(call: &mut Find<'_>) -> () {
            let [of_down, of_right] = call.matrix;
            let (height, width) = (call.image.height as f32, call.image.width as f32);
            let (middle_down, middle_right) = ((height - 1.0) / 2.0, (width - 1.0) / 2.0);
            let down = call.row as f32 - middle_down;
            let (from_down, from_right) = (of_down[0] * down, of_right[0] * down);
            let (column, places) = (call.column as i32, &mut *call.places);
            for lane in 0..BLOCK {
                let right = column.wrapping_add(lane as i32) as f32 - middle_right;
                // Counted from the padded image's first pixel, which is one before the image's.
                let y = from_down + of_down[1] * right + (middle_down + 1.0);
                let x = from_right + of_right[1] * right + (middle_right + 1.0);
                let y = if y < 0.0 { 0.0 } else if y > height + 1.0 { height + 1.0 } else { y };
                let x = if x < 0.0 { 0.0 } else if x > width + 1.0 { width + 1.0 } else { x };
                let (y_whole, x_whole) = (floor(y), floor(x));
                (places.y_share[lane], places.x_share[lane]) = (y - y_whole, x - x_whole);
                (places.y[lane], places.x[lane]) = (to_whole(y_whole), to_whole(x_whole));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use dlm_kernels::Level;

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
        let turned = |degrees| {
            changed(SQUARE, &values, |values, scratch| rotate(values, SQUARE, degrees, 0.0, scratch, &Machine::single_threaded()))
        };
        close(&turned(90.0), &[3., 6., 9., 2., 5., 8., 1., 4., 7.]);
        close(&turned(-90.0), &[7., 4., 1., 8., 5., 2., 9., 6., 3.]);
        close(&turned(180.0), &[9., 8., 7., 6., 5., 4., 3., 2., 1.]);
    }

    #[test]
    fn an_eighth_reads_between_pixels_and_beyond_the_edge() {
        let turned = changed(SQUARE, &[0., 4., 0., 8., 1., 0., 0., 0., 0.], |values, scratch| {
            rotate(values, SQUARE, 45.0, 2.0, scratch, &Machine::single_threaded());
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
            changed(image, &[10., 20., 30., 40., 50.], |values, scratch| {
                zoom(values, image, factor, fill, scratch, &Machine::single_threaded())
            })
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
        let turned =
            changed(image, &values, |values, scratch| rotate(values, image, 30.0, 0.5, scratch, &Machine::single_threaded()));
        let one = changed(SQUARE, &[1., 2., 3., 4., 5., 6., 7., 8., 9.], |values, scratch| {
            rotate(values, SQUARE, 30.0, 0.5, scratch, &Machine::single_threaded());
        });
        assert_eq!(turned.iter().step_by(2).copied().collect::<Vec<_>>(), one);
        assert_eq!(turned[9], -turned[8]);
        assert_ne!(turned[1], -turned[0], "the fill has one sign");
    }

    #[test]
    fn nothing_is_done_by_an_angle_of_0_and_a_factor_of_1() {
        let values = [0.1, -0.0, 3e38, -3e38, 1e-40, 0.7, 0.3, 1.0, 2.0];
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let turned =
            changed(SQUARE, &values, |values, scratch| rotate(values, SQUARE, 0.0, 9.0, scratch, &Machine::single_threaded()));
        let zoomed =
            changed(SQUARE, &values, |values, scratch| zoom(values, SQUARE, 1.0, 9.0, scratch, &Machine::single_threaded()));
        assert_eq!((bits(&turned), bits(&zoomed)), (bits(&values), bits(&values)));
    }

    #[test]
    fn all_instruction_sets_give_the_same_bits() {
        // Wider than a block, and no whole number of them.
        let image = Image { height: 9, width: 2 * BLOCK + 5, channels: 1 };
        let values: Vec<f32> = (0..image.height * image.width).map(|index| (index * index % 97) as f32).collect();
        let turned = |machine| changed(image, &values, |values, scratch| rotate(values, image, 27.0, 0.5, scratch, &machine));
        let expected = turned(Machine::single_threaded());
        for level in [Level::Portable, Level::detect()] {
            assert_eq!(turned(Machine::at_most(level)), expected, "{level:?}");
        }
    }

    #[test]
    fn a_constant_image_stays_constant_where_it_is_filled_with_itself() {
        let image = Image { height: 5, width: 4, channels: 3 };
        for degrees in [1.0, 33.0, 77.7, -179.0] {
            let turned = changed(image, &[0.75; 60], |values, scratch| {
                rotate(values, image, degrees, 0.75, scratch, &Machine::single_threaded())
            });
            close(&turned, &[0.75; 60]);
        }
    }
}
