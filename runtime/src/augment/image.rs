//! An input's values as pixels.

/// Pixels in rows, of each pixel its channels side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
}

impl Image {
    /// An input of the shape (height, width) or (height, width, channels).
    pub(super) fn of(shape: &[usize]) -> Option<Image> {
        match *shape {
            [height, width] => Some(Image { height, width, channels: 1 }),
            [height, width, channels] => Some(Image { height, width, channels }),
            _ => None,
        }
    }

    /// The values of a row of pixels.
    pub(super) fn stride(self) -> usize {
        self.width * self.channels
    }

    /// The image with a pixel more above and to the left, and two below and to the right.
    pub(super) fn padded(self) -> Image {
        Image { height: self.height + 3, width: self.width + 3, ..self }
    }

    /// The values of [`padded`](Self::padded).
    pub(super) fn padded_len(self) -> usize {
        self.padded().height * self.padded().stride()
    }
}
