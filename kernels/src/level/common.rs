//! What every level compiles from the same plain loops, which the compiler turns into its vectors.

/// Prints a level's functions, each with the level's target features.
macro_rules! common_functions {
    ($blocks:ident $(#[$features:meta])*) => {
        use crate::level::blocks::$blocks as blocks;
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

        /// out\[i\] = the [`sum`] of row i, the first `n` of every `stride` elements of `x`.
        ///
        /// # Panics
        /// If `x` is too short.
        $(#[$features])*
        #[track_caller]
        pub fn sum_rows(out: &mut [f32], x: &[f32], stride: usize, n: usize) {
            for (i, out) in out.iter_mut().enumerate() {
                *out = sum(&x[i * stride..][..n]);
            }
        }

        /// out\[i\] = the [`greatest`] of row i, the first `n` of every `stride` elements of `x`.
        ///
        /// # Panics
        /// If `x` is too short.
        $(#[$features])*
        #[track_caller]
        pub fn greatest_rows(out: &mut [f32], x: &[f32], stride: usize, n: usize) {
            for (i, out) in out.iter_mut().enumerate() {
                *out = greatest(&x[i * stride..][..n]);
            }
        }

        /// The greatest of all elements, as [`reference::greatest`](crate::reference::greatest) defines it.
        $(#[$features])*
        pub fn greatest(x: &[f32]) -> f32 {
            let mut lanes = [f32::NEG_INFINITY; LANES];
            let (blocks, rest) = x.as_chunks::<LANES>();
            for block in blocks {
                for (lane, &x) in lanes.iter_mut().zip(block) {
                    *lane = if x > *lane { x } else { *lane };
                }
            }
            let greatest = lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |most, &x| if x > most { x } else { most });
            // The order matters for the sign of zero alone: the first zero's counts.
            if greatest == 0.0 { x.iter().copied().find(|&x| x == 0.0).unwrap_or(greatest) } else { greatest }
        }

        /// Adds 16 rows of `width` elements into the first one, in their first `columns` columns, in the order that
        /// [`reference::fold_lanes`](crate::reference::fold_lanes) defines: the end of sums of columns gathered in lanes.
        ///
        /// # Panics
        /// If `lanes` is too short, or a row shorter than `columns`.
        $(#[$features])*
        #[track_caller]
        pub fn fold_lanes(lanes: &mut [f32], width: usize, columns: usize) {
            $crate::level::check::matrix("lanes", lanes.len(), width, LANES, columns);
            if columns == 0 {
                return;
            }
            for half in [8, 4, 2, 1] {
                for lane in 0..half {
                    let (sums, others) = lanes[lane * width..].split_at_mut(half * width);
                    for (sum, other) in sums[..columns].iter_mut().zip(&others[..columns]) {
                        *sum += other;
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
            let (blocked_rows, blocked_cols) = (rows - rows % blocks::BLOCK, cols - cols % blocks::BLOCK);
            for c in (0..blocked_cols).step_by(blocks::BLOCK) {
                for r in (0..blocked_rows).step_by(blocks::BLOCK) {
                    // SAFETY: the block is inside of both matrices, which were checked.
                    unsafe {
                        let block = blocks::transposed(src.as_ptr().add(r * src_stride + c), src_stride);
                        for (i, row) in block.into_iter().enumerate() {
                            blocks::store(dst.as_mut_ptr().add((c + i) * dst_stride + r), row);
                        }
                    }
                }
            }
            for r in 0..rows {
                for c in if r < blocked_rows { blocked_cols } else { 0 }..cols {
                    dst[c * dst_stride + r] = src[r * src_stride + c];
                }
            }
        }

        /// [`transpose`] to strips, as [`product_of_strips`] reads them: rows of `src` become columns, `width` of them a strip,
        /// each of `depths` rows of which the first `cols` are written.
        ///
        /// # Panics
        /// If `src` or `dst` is too short, `width` is 0, or `cols` is more than `depths`.
        $(#[$features])*
        #[track_caller]
        pub fn transpose_to_strips(
            src: &[f32],
            src_stride: usize,
            dst: &mut [f32],
            width: usize,
            depths: usize,
            rows: usize,
            cols: usize,
        ) {
            assert!(cols <= depths, "{cols} depths in strips of {depths}");
            for (strip, row) in (0..rows).step_by(width).enumerate() {
                let rows = (rows - row).min(width);
                transpose(&src[row * src_stride..], src_stride, &mut dst[strip * width * depths..], width, rows, cols);
            }
        }

        /// dst\[f − first\]\[b\] = (src\[b\]\[f\] − shift\[f\])·scale\[f\] for the features f of `dst`, whose rows are `stride`
        /// apart, from the first `n` samples of `src`, each of `features` elements.
        ///
        /// # Panics
        /// If `dst` is not a whole number of rows, or holds features that are not there, or an operand is too short.
        $(#[$features])*
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
            let (shift, scale) = (&shift[first..first + rows], &scale[first..first + rows]);
            let (blocked_rows, blocked_n) = (rows - rows % blocks::BLOCK, n - n % blocks::BLOCK);
            for r in (0..blocked_rows).step_by(blocks::BLOCK) {
                for b in (0..blocked_n).step_by(blocks::BLOCK) {
                    // SAFETY: the block is inside of both matrices, which were checked.
                    unsafe {
                        let block = blocks::transposed(src.as_ptr().add(b * features + first + r), features);
                        for (i, row) in block.into_iter().enumerate() {
                            let row = blocks::normalised(row, shift[r + i], scale[r + i]);
                            blocks::store(dst.as_mut_ptr().add((r + i) * stride + b), row);
                        }
                    }
                }
            }
            for r in 0..rows {
                for b in if r < blocked_rows { blocked_n } else { 0 }..n {
                    dst[r * stride + b] = (src[b * features + first + r] - shift[r]) * scale[r];
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

        /// [`product_of_strips`](self::product_of_strips) through the product that the machine's host lends.
        ///
        /// # Panics
        /// As [`product_of_strips`](self::product_of_strips).
        $(#[$features])*
        #[track_caller]
        pub fn matrixmultiply_product_of_strips(
            machine: &Machine,
            c: &mut [f32],
            c_stride: usize,
            a: &[f32],
            a_row: usize,
            a_depth: usize,
            b: &[f32],
            width: usize,
            depths: usize,
            m: usize,
            n: usize,
            k: usize,
        ) {
            assert!(k <= depths, "{k} depths in strips of {depths}");
            for (strip, column) in (0..n).step_by(width).enumerate() {
                let columns = (n - column).min(width);
                let b = &b[strip * width * depths..];
                matrixmultiply_product(machine, &mut c[column..], c_stride, a, a_row, a_depth, b, width, m, columns, k);
            }
        }

        /// [`product`] through the product that the machine's host lends, with the same bits; without one, [`product`].
        ///
        /// # Panics
        /// If an operand is too short.
        $(#[$features])*
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
