//! What every level compiles from the same plain loops, which the compiler turns into its vectors.

/// Prints a level's functions, each with the level's target features.
macro_rules! common_functions {
    ($(#[$features:meta])*) => {
        use crate::reference::LANES;
        use crate::{Machine, philox};

        /// The vectors that hold the lanes of a sum.
        const LANE_VECTORS: usize = LANES / vector::WIDTH;

        /// The sum of all elements, in the order that [`reference::sum`](crate::reference::sum) defines.
        $(#[$features])*
        pub fn sum(x: &[f32]) -> f32 {
            fold_row::<false>(x)
        }

        /// The greatest of all elements, as [`reference::greatest`](crate::reference::greatest) defines it.
        $(#[$features])*
        pub fn greatest(x: &[f32]) -> f32 {
            let greatest = fold_row::<true>(x);
            if greatest == 0.0 { first_zero(x) } else { greatest }
        }

        /// The [`sum`]s of rows: out\[i\] is that of the `n` elements from i·`stride` on.
        ///
        /// # Panics
        /// If `x` is too short, or the stride shorter than a row.
        $(#[$features])*
        #[track_caller]
        pub fn sum_rows(out: &mut [f32], x: &[f32], stride: usize, n: usize) {
            fold_rows::<false>(out, x, stride, n);
        }

        /// The [`greatest`] elements of rows: out\[i\] is that of the `n` elements from i·`stride` on.
        ///
        /// # Panics
        /// If `x` is too short, or the stride shorter than a row.
        $(#[$features])*
        #[track_caller]
        pub fn greatest_rows(out: &mut [f32], x: &[f32], stride: usize, n: usize) {
            fold_rows::<true>(out, x, stride, n);
        }

        /// The first zero, if there is one: among zeros of both signs, the greatest element by its definition.
        $(#[$features])*
        #[cold]
        fn first_zero(x: &[f32]) -> f32 {
            x.iter().copied().find(|&x| x == 0.0).unwrap_or(0.0)
        }

        /// What the lanes of a sum or of a greatest element start from.
        $(#[$features])*
        #[inline]
        fn start<const GREATEST: bool>() -> f32 {
            if GREATEST { f32::NEG_INFINITY } else { 0.0 }
        }

        /// The sum of a row, or a greatest element, which may be another zero than the first.
        $(#[$features])*
        #[inline]
        fn fold_row<const GREATEST: bool>(x: &[f32]) -> f32 {
            if x.is_empty() {
                return start::<GREATEST>();
            }
            // SAFETY: the row is all of `x`.
            let [row] = unsafe { lanes_of_rows::<GREATEST, 1>([x.as_ptr()], x.len()) };
            let quarter = vector::quarter::<GREATEST>([row; 4]);
            vector::first(vector::folded::<GREATEST>([quarter; vector::WIDTH / 4]))
        }

        /// Some rows are taken at once, so that no addition waits for the one before it, and as many as a vector has elements
        /// are folded into that vector.
        $(#[$features])*
        #[track_caller]
        fn fold_rows<const GREATEST: bool>(out: &mut [f32], x: &[f32], stride: usize, n: usize) {
            $crate::level::check::matrix("x", x.len(), stride, out.len(), n);
            if n == 0 {
                return out.fill(start::<GREATEST>());
            }
            if let [out] = out {
                *out = if GREATEST { greatest(&x[..n]) } else { sum(&x[..n]) };
                return;
            }
            for (group, out) in out.chunks_mut(vector::WIDTH).enumerate() {
                let first_row = x.as_ptr().wrapping_add(group * vector::WIDTH * stride);
                let mut quarters = [vector::splat(start::<GREATEST>()); vector::WIDTH / 4];
                for (first, quarters) in (0..out.len()).step_by(ROWS_AT_ONCE).zip(quarters.chunks_exact_mut(ROWS_AT_ONCE / 4)) {
                    // SAFETY: the rows of `out` were found to be in `x`.
                    unsafe { quarters_of_rows::<GREATEST>(quarters, first_row.add(first * stride), stride, out.len() - first, n) };
                }
                let folded = vector::folded::<GREATEST>(quarters);
                // SAFETY: `out` has so many elements.
                unsafe { store_first(out.as_mut_ptr(), folded, out.len()) };
                if GREATEST && vector::has_zero(folded) {
                    for (i, out) in out.iter_mut().enumerate().filter(|(_, out)| **out == 0.0) {
                        *out = first_zero(&x[(group * vector::WIDTH + i) * stride..][..n]);
                    }
                }
            }
        }

        /// Eight rows where the registers suffice.
        const ROWS_AT_ONCE: usize = if vector::WIDTH == 16 { 8 } else { 4 };

        /// The first [`ROWS_AT_ONCE`] of some rows, at least one, of `n` elements, at least one. A function of its own, so that
        /// registers suffice.
        ///
        /// # Safety
        /// The rows are there.
        $(#[$features])*
        #[inline(never)]
        unsafe fn quarters_of_rows<const GREATEST: bool>(
            quarters: &mut [vector::Vector],
            start: *const f32,
            stride: usize,
            rows: usize,
            n: usize,
        ) {
            // Where there are fewer rows, the last one is taken again.
            let pointer = |row: usize| start.wrapping_add(row.min(rows - 1) * stride);
            // SAFETY: the caller's promise.
            unsafe {
                if rows <= 4 {
                    quarters[0] = vector::quarter::<GREATEST>(lanes_of_rows::<GREATEST, 4>([0, 1, 2, 3].map(pointer), n));
                } else {
                    let lanes = lanes_of_rows::<GREATEST, ROWS_AT_ONCE>(core::array::from_fn(pointer), n);
                    for (quarter, lanes) in quarters.iter_mut().zip(lanes.as_chunks().0) {
                        *quarter = vector::quarter::<GREATEST>(*lanes);
                    }
                }
            }
        }

        /// The lanes of some rows of `n` elements, at least one.
        ///
        /// # Safety
        /// The rows are there.
        $(#[$features])*
        #[inline]
        unsafe fn lanes_of_rows<const GREATEST: bool, const R: usize>(
            rows: [*const f32; R],
            n: usize,
        ) -> [[vector::Vector; LANE_VECTORS]; R] {
            let start = vector::splat(start::<GREATEST>());
            let mut lanes = [[start; LANE_VECTORS]; R];
            let whole = (n - 1) / LANES * LANES;
            for block in (0..whole).step_by(LANES) {
                for r in 0..R {
                    for v in 0..LANE_VECTORS {
                        // SAFETY: the caller's promise.
                        let x = unsafe { vector::load(rows[r].add(block + v * vector::WIDTH)) };
                        lanes[r][v] = vector::combine::<GREATEST>(lanes[r][v], x);
                    }
                }
            }
            // What a lane starts from changes it no more: no lane of a sum is −0.0.
            for v in 0..LANE_VECTORS {
                let filled = (n - whole).saturating_sub(v * vector::WIDTH).min(vector::WIDTH);
                let mask = vector::mask(filled);
                for r in 0..R {
                    let pointer = rows[r].wrapping_add(whole + v * vector::WIDTH);
                    // SAFETY: the caller's promise; the mask leaves out what is behind the row.
                    let x = unsafe { vector::load_or(pointer, mask, start) };
                    lanes[r][v] = vector::combine::<GREATEST>(lanes[r][v], x);
                }
            }
            lanes
        }

        /// Writes the first `n` elements of a vector, at least one.
        ///
        /// # Safety
        /// There is room for them.
        $(#[$features])*
        #[inline]
        unsafe fn store_first(pointer: *mut f32, x: vector::Vector, n: usize) {
            // SAFETY: the caller's promise.
            unsafe {
                if n >= vector::WIDTH {
                    vector::store(pointer, x);
                } else {
                    vector::store_masked(pointer, x, vector::mask(n));
                }
            }
        }

        /// Adds 16 rows of `width` elements into the first one, in their first `columns` columns, in the order that
        /// [`reference::fold_lanes`](crate::reference::fold_lanes) defines: the end of sums of columns gathered in lanes. What
        /// the other rows then hold is not defined.
        ///
        /// # Panics
        /// If `lanes` is too short, or a row shorter than `columns`.
        $(#[$features])*
        #[track_caller]
        pub fn fold_lanes(lanes: &mut [f32], width: usize, columns: usize) {
            fold_filled_lanes(lanes, width, columns, LANES);
        }

        /// As [`fold_lanes`], where only the first `filled` rows hold anything: the others count as +0.0, and need not be there.
        /// No element of a row is −0.0, as none is of a sum that began at zero.
        ///
        /// # Panics
        /// If `lanes` is too short, a row shorter than `columns`, or `filled` not from 1 to 16.
        $(#[$features])*
        #[track_caller]
        pub fn fold_filled_lanes(lanes: &mut [f32], width: usize, columns: usize, filled: usize) {
            assert!((1..=LANES).contains(&filled), "{filled} lanes are filled, not 1 to {LANES}");
            $crate::level::check::matrix("lanes", lanes.len(), width, filled, columns);
            let start = lanes.as_mut_ptr();
            let whole = columns / vector::WIDTH * vector::WIDTH;
            // SAFETY: the columns of the filled rows were found to be there.
            unsafe {
                for column in (0..whole).step_by(vector::WIDTH) {
                    fold_columns::<true>(start.add(column), width, vector::WIDTH, filled);
                }
                if whole < columns {
                    fold_columns::<false>(start.add(whole), width, columns - whole, filled);
                }
            }
        }

        /// Some columns' lanes, as many as a vector holds or the first `n`, at least one.
        ///
        /// # Safety
        /// The columns of the filled rows are there.
        $(#[$features])*
        #[inline]
        unsafe fn fold_columns<const WHOLE: bool>(start: *mut f32, width: usize, n: usize, filled: usize) {
            let mask = vector::mask(n);
            // SAFETY: the caller's promise; the mask leaves out other columns.
            unsafe {
                let row = |row: usize| match row < filled {
                    true if WHOLE => vector::load(start.add(row * width)),
                    true => vector::load_masked(start.add(row * width), mask),
                    false => vector::zero(),
                };
                let mut sums = [vector::zero(); LANES / 2];
                for lane in 0..LANES / 2 {
                    sums[lane] = vector::add(row(lane), row(lane + LANES / 2));
                }
                for half in [4, 2, 1] {
                    for lane in 0..half {
                        sums[lane] = vector::add(sums[lane], sums[lane + half]);
                    }
                }
                store_first(start, sums[0], if WHOLE { vector::WIDTH } else { n });
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
            // One row or one column, contiguous in both.
            if (rows == 1 && dst_stride == 1) || (cols == 1 && src_stride == 1) {
                return dst[..rows * cols].copy_from_slice(&src[..rows * cols]);
            }
            // SAFETY: both matrices were found to be there.
            unsafe {
                let (src, dst) = (src.as_ptr(), dst.as_mut_ptr());
                transpose_by_blocks::<false>(src, src_stride, dst, dst_stride, rows, cols, core::ptr::null(), core::ptr::null());
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
            if stride == 1 && n == 1 {
                for (((dst, src), shift), scale) in dst.iter_mut().zip(&src[first..]).zip(shift).zip(scale) {
                    *dst = (src - shift) * scale;
                }
                return;
            }
            // SAFETY: both matrices were found to be there, and a shift and a scale for each of the rows.
            unsafe {
                let (src, dst) = (src.as_ptr().wrapping_add(first), dst.as_mut_ptr());
                transpose_by_blocks::<true>(src, features, dst, stride, n, rows, shift.as_ptr(), scale.as_ptr());
            }
        }

        /// The elements of a cache line.
        const LINE: usize = 16;

        /// Transposes, and normalises each row of the result if wanted.
        ///
        /// Blocks are cache lines long and wide, so that each line is needed once, however many of them the strides make fall
        /// to the same place in the cache. The result is written along its rows; what is read, which no processor sees coming,
        /// is asked for a cache line ahead.
        ///
        /// # Safety
        /// Both matrices are there, and a shift and a scale for each row of the result if it is normalised.
        $(#[$features])*
        #[inline]
        unsafe fn transpose_by_blocks<const NORMALISE: bool>(
            src: *const f32,
            src_stride: usize,
            dst: *mut f32,
            dst_stride: usize,
            rows: usize,
            cols: usize,
            shift: *const f32,
            scale: *const f32,
        ) {
            for c in (0..cols).step_by(LINE) {
                for r in (0..rows).step_by(LINE) {
                    let (from, to) = (src.wrapping_add(r * src_stride + c), dst.wrapping_add(c * dst_stride + r));
                    let (rows, cols) = ((rows - r).min(LINE), (cols - c).min(LINE));
                    let (shift, scale) = (shift.wrapping_add(c), scale.wrapping_add(c));
                    // SAFETY: the blocks are inside of both matrices.
                    unsafe {
                        if !vector::TRANSPOSES {
                            transpose_elements::<NORMALISE>(from, src_stride, to, dst_stride, rows, cols, shift, scale);
                        } else if rows == LINE && cols == LINE {
                            transpose_lines::<NORMALISE>(from, src_stride, to, dst_stride, shift, scale);
                        } else {
                            transpose_parts_of_lines::<NORMALISE>(from, src_stride, to, dst_stride, rows, cols, shift, scale);
                        }
                    }
                }
            }
        }

        /// A vector of a row of the result.
        ///
        /// # Safety
        /// The row's shift and scale are there if it is normalised.
        $(#[$features])*
        #[inline]
        unsafe fn finished<const NORMALISE: bool>(x: vector::Vector, shift: *const f32, scale: *const f32) -> vector::Vector {
            // SAFETY: the caller's promise.
            if NORMALISE { unsafe { vector::normalised(x, *shift, *scale) } } else { x }
        }

        /// A block or a part of one, for the compiler to do with it what it can: four rows at a time.
        ///
        /// # Safety
        /// As above.
        $(#[$features])*
        unsafe fn transpose_elements<const NORMALISE: bool>(
            src: *const f32,
            src_stride: usize,
            dst: *mut f32,
            dst_stride: usize,
            rows: usize,
            cols: usize,
            shift: *const f32,
            scale: *const f32,
        ) {
            // SAFETY: the caller's promise.
            unsafe {
                let element = |r: usize, c: usize| {
                    let x = *src.add(r * src_stride + c);
                    if NORMALISE { (x - *shift.add(c)) * *scale.add(c) } else { x }
                };
                for r in 0..rows {
                    vector::prefetch(src.wrapping_add(r * src_stride + LINE));
                }
                let fours = rows / 4 * 4;
                for r in (0..fours).step_by(4) {
                    for c in 0..cols {
                        let four = [element(r, c), element(r + 1, c), element(r + 2, c), element(r + 3, c)];
                        dst.add(c * dst_stride + r).cast::<[f32; 4]>().write_unaligned(four);
                    }
                }
                for r in fours..rows {
                    for c in 0..cols {
                        *dst.add(c * dst_stride + r) = element(r, c);
                    }
                }
            }
        }

        /// Where the blocks begin that vectors hold, by columns, then rows.
        #[inline(always)]
        fn blocks_of_lines() -> impl Iterator<Item = (usize, usize)> {
            let starts = || (0..LINE).step_by(vector::WIDTH);
            starts().flat_map(move |c| starts().map(move |r| (c, r)))
        }

        /// A block of whole cache lines; the lines behind them are asked for. A function of its own, or else the compiler moves
        /// every line's address along.
        ///
        /// # Safety
        /// As above.
        $(#[$features])*
        #[inline(never)]
        unsafe fn transpose_lines<const NORMALISE: bool>(
            src: *const f32,
            src_stride: usize,
            dst: *mut f32,
            dst_stride: usize,
            shift: *const f32,
            scale: *const f32,
        ) {
            for i in 0..LINE {
                vector::prefetch(src.wrapping_add(i * src_stride + LINE));
            }
            for (c, r) in blocks_of_lines() {
                // SAFETY: the caller's promise.
                unsafe {
                    let (src, dst) = (src.add(r * src_stride + c), dst.add(c * dst_stride + r));
                    let mut block = [vector::zero(); vector::WIDTH];
                    for i in 0..vector::WIDTH {
                        block[i] = vector::load(src.add(i * src_stride));
                    }
                    let block = vector::transposed(block);
                    for i in 0..vector::WIDTH {
                        let row = finished::<NORMALISE>(block[i], shift.wrapping_add(c + i), scale.wrapping_add(c + i));
                        vector::store(dst.add(i * dst_stride), row);
                    }
                }
            }
        }

        /// A part of such a block: some rows and columns, at least one.
        ///
        /// # Safety
        /// As above.
        $(#[$features])*
        #[inline(never)]
        unsafe fn transpose_parts_of_lines<const NORMALISE: bool>(
            src: *const f32,
            src_stride: usize,
            dst: *mut f32,
            dst_stride: usize,
            rows: usize,
            cols: usize,
            shift: *const f32,
            scale: *const f32,
        ) {
            for (c, r) in blocks_of_lines() {
                if r >= rows || c >= cols {
                    continue;
                }
                let (rows, cols) = ((rows - r).min(vector::WIDTH), (cols - c).min(vector::WIDTH));
                let (src, dst) = (src.wrapping_add(r * src_stride + c), dst.wrapping_add(c * dst_stride + r));
                let (shift, scale) = (shift.wrapping_add(c), scale.wrapping_add(c));
                // SAFETY: the caller's promise; the masks leave out what is not there.
                unsafe {
                    let mask = vector::mask(cols);
                    let mut block = [vector::zero(); vector::WIDTH];
                    for i in 0..vector::WIDTH {
                        if i < rows {
                            let row = src.add(i * src_stride);
                            block[i] = if cols == vector::WIDTH { vector::load(row) } else { vector::load_masked(row, mask) };
                        }
                    }
                    let block = vector::transposed(block);
                    for i in 0..vector::WIDTH {
                        if i < cols {
                            let row = finished::<NORMALISE>(block[i], shift.wrapping_add(i), scale.wrapping_add(i));
                            store_first(dst.add(i * dst_stride), row, rows);
                        }
                    }
                }
            }
        }

        /// Fills `out` with draws from [0, 1), as [`reference::uniform`](crate::reference::uniform) defines them.
        $(#[$features])*
        pub fn uniform(out: &mut [f32], seed: u64, stream: u32, step: u64, row: u32) {
            let key = philox::key(seed);
            for (chunk, out) in out.chunks_mut(philox::DRAWS_PER_BLOCK * philox::BLOCKS).enumerate() {
                for lane in (0..out.len().min(philox::BLOCKS)).step_by(vector::WIDTH) {
                    let block = (chunk * philox::BLOCKS + lane) as u32;
                    let words = vector::draws(philox::counter(block, stream, step, row), key);
                    for (word, draws) in words.into_iter().enumerate() {
                        if let Some(out @ [_, ..]) = out.get_mut(word * philox::BLOCKS + lane..) {
                            // SAFETY: `out` has so many elements.
                            unsafe { store_first(out.as_mut_ptr(), draws, out.len()) };
                        }
                    }
                }
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
            if m == 0 {
                return;
            }
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
