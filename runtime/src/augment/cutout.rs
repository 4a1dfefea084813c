//! Squares overwritten (DeVries and Taylor: *Improved regularization of convolutional neural networks with cutout*, 2017).

use super::image::Image;

/// Overwrites the square of side `size` whose middle is a pixel (of an even side, the first below and to the right of its
/// middle), as far as it is in the image.
pub(super) fn cutout(values: &mut [f32], image: Image, middle: [usize; 2], size: usize, fill: f32) {
    let [rows, columns] = [(middle[0], image.height), (middle[1], image.width)].map(|(middle, len)| {
        let end = (middle + size - size / 2).min(len);
        middle.saturating_sub(size / 2).min(end)..end
    });
    for row in rows {
        let start = row * image.stride() + columns.start * image.channels;
        values[start..][..columns.len() * image.channels].fill(fill);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(middle: [usize; 2], size: usize) -> Vec<f32> {
        let mut values = vec![1.0; 16];
        cutout(&mut values, Image { height: 4, width: 4, channels: 1 }, middle, size, 0.0);
        values
    }

    #[test]
    fn a_square_is_overwritten_as_far_as_it_is_inside() {
        assert_eq!(cut([1, 2], 0), [1.0; 16]);
        assert_eq!(cut([2, 1], 1), [1., 1., 1., 1., 1., 1., 1., 1., 1., 0., 1., 1., 1., 1., 1., 1.]);
        assert_eq!(cut([1, 2], 2), [1., 0., 0., 1., 1., 0., 0., 1., 1., 1., 1., 1., 1., 1., 1., 1.]);
        assert_eq!(cut([0, 3], 3), [1., 1., 0., 0., 1., 1., 0., 0., 1., 1., 1., 1., 1., 1., 1., 1.]);
        assert_eq!(cut([3, 0], 4), [1., 1., 1., 1., 0., 0., 1., 1., 0., 0., 1., 1., 0., 0., 1., 1.]);
    }

    #[test]
    fn with_all_channels() {
        let mut values = vec![1.0; 12];
        cutout(&mut values, Image { height: 2, width: 3, channels: 2 }, [1, 1], 1, -2.0);
        assert_eq!(values, [1., 1., 1., 1., 1., 1., 1., 1., -2., -2., 1., 1.]);
    }
}
