//! The matrix product.

macro_rules! straightforward {
    ($(#[$features:meta])*) => {
        /// The product that [`reference::product`](crate::reference::product) defines.
        ///
        /// # Panics
        /// If an operand is too short.
        $(#[$features])*
        #[allow(clippy::too_many_arguments)]
        #[track_caller]
        pub fn product(
            c: &mut [f32],
            c_stride: usize,
            a: &[f32],
            a_row: usize,
            a_depth: usize,
            b: &[f32],
            b_stride: usize,
            m: usize,
            n: usize,
            k: usize,
        ) {
            $crate::level::check::product(c.len(), c_stride, a.len(), a_row, a_depth, b.len(), b_stride, m, n, k);
            crate::reference::product(c, c_stride, a, a_row, a_depth, b, b_stride, m, n, k);
        }
    };
}

pub(crate) use straightforward;
