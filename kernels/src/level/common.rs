//! What every level compiles from the same plain loops, which the compiler turns into its vectors.

/// Prints a level's functions, each with the level's target features.
macro_rules! common_functions {
    ($(#[$features:meta])*) => {
        use crate::reference::LANES;
        use crate::{Machine, philox};

        /// The sum of all elements, in the order that [`reference::sum`](crate::reference::sum) defines.
        $(#[$features])*
        pub fn sum(x: &[f32]) -> f32 {
            let mut lanes = [0.0f32; LANES];
            let (blocks, rest) = x.as_chunks::<LANES>();
            for block in blocks {
                for lane in 0..LANES {
                    lanes[lane] += block[lane];
                }
            }
            for (lane, x) in lanes.iter_mut().zip(rest) {
                *lane += x;
            }
            for half in [8, 4, 2, 1] {
                for lane in 0..half {
                    lanes[lane] += lanes[lane + half];
                }
            }
            lanes[0]
        }

        /// The greatest element, from −∞ on; NaN is never the greatest.
        $(#[$features])*
        pub fn greatest(x: &[f32]) -> f32 {
            x.iter().fold(f32::NEG_INFINITY, |greatest, &x| if x > greatest { x } else { greatest })
        }

        /// Ends sums of columns that were gathered in lanes, row `lane` of `lanes` for each: the first row then holds the
        /// sums of the first `n` columns, in the order that [`reference::sum`](crate::reference::sum) defines.
        ///
        /// # Panics
        /// If `lanes` does not hold 16 rows of `stride`.
        $(#[$features])*
        #[track_caller]
        pub fn fold_lanes(lanes: &mut [f32], stride: usize, n: usize) {
            $crate::level::check::matrix("lanes", lanes.len(), stride, LANES, n);
            for half in [8, 4, 2, 1] {
                let (low, high) = lanes.split_at_mut(half * stride);
                for lane in 0..half {
                    let (low, high) = (&mut low[lane * stride..][..n], &high[lane * stride..][..n]);
                    for (low, high) in low.iter_mut().zip(high) {
                        *low += high;
                    }
                }
            }
        }

        /// dst\[c\]\[r\] = src\[r\]\[c\] for r below `rows` and c below `cols`, with rows `src_stride` and `dst_stride` apart.
        ///
        /// # Panics
        /// If `src` or `dst` is too short, or a stride shorter than a row.
        $(#[$features])*
        #[track_caller]
        pub fn transpose(src: &[f32], src_stride: usize, dst: &mut [f32], dst_stride: usize, rows: usize, cols: usize) {
            $crate::level::check::matrix("src", src.len(), src_stride, rows, cols);
            $crate::level::check::matrix("dst", dst.len(), dst_stride, cols, rows);
            for r in 0..rows {
                for c in 0..cols {
                    dst[c * dst_stride + r] = src[r * src_stride + c];
                }
            }
        }

        /// dst\[f − first\]\[b\] = (src\[b\]\[f\] − shift\[f\])·scale\[f\] for the features f of `dst`, whose rows are `stride`
        /// apart, from the first `n` samples of `src`, each of `features` elements.
        ///
        /// # Panics
        /// If `dst` is not a whole number of rows, or holds features that are not there, or an operand is too short.
        $(#[$features])*
        #[allow(clippy::too_many_arguments)]
        #[track_caller]
        pub fn load(
            dst: &mut [f32],
            stride: usize,
            src: &[f32],
            features: usize,
            first: usize,
            shift: &[f32],
            scale: &[f32],
            n: usize,
        ) {
            let rows = $crate::level::check::load(dst.len(), stride, src.len(), features, first, shift.len(), scale.len(), n);
            for r in 0..rows {
                let f = first + r;
                for b in 0..n {
                    dst[r * stride + b] = (src[b * features + f] - shift[f]) * scale[f];
                }
            }
        }

        /// Fills `out` with draws from [0, 1), as [`reference::uniform`](crate::reference::uniform) defines them.
        $(#[$features])*
        pub fn uniform(out: &mut [f32], seed: u64, stream: u32, step: u64, row: u32) {
            let key = philox::key(seed);
            let mut draws = [0.0f32; philox::DRAWS_PER_BLOCK * philox::BLOCKS];
            for (chunk, out) in out.chunks_mut(draws.len()).enumerate() {
                for lane in 0..philox::BLOCKS {
                    let block = (chunk * philox::BLOCKS + lane) as u32;
                    let words = philox::philox(philox::counter(block, stream, step, row), key);
                    for (word, value) in words.into_iter().enumerate() {
                        draws[word * philox::BLOCKS + lane] = philox::to_unit(value);
                    }
                }
                out.copy_from_slice(&draws[..out.len()]);
            }
        }

        /// [`product`] through the product that the machine's host lends, with the same bits; without one, [`product`].
        ///
        /// # Panics
        /// If an operand is too short.
        $(#[$features])*
        #[allow(clippy::too_many_arguments)]
        #[track_caller]
        pub fn matrixmultiply_product(
            machine: &Machine,
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
            let Some(sgemm) = machine.sgemm() else {
                return product(c, c_stride, a, a_row, a_depth, b, b_stride, m, n, k);
            };
            $crate::level::check::product(c.len(), c_stride, a.len(), a_row, a_depth, b.len(), b_stride, m, n, k);
            // SAFETY: every element that the strides and sizes lead to was found to be in its slice, and a slice has at most
            // `isize::MAX` bytes. That `sgemm` does what it should was promised to `Machine::new`.
            unsafe {
                sgemm(
                    m,
                    k,
                    n,
                    1.0,
                    a.as_ptr(),
                    a_row as isize,
                    a_depth as isize,
                    b.as_ptr(),
                    b_stride as isize,
                    1,
                    0.0,
                    c.as_mut_ptr(),
                    c_stride as isize,
                    1,
                );
            }
        }
    };
}

pub(crate) use common_functions;
