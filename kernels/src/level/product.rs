//! The matrix product, printed for each level over the level's own vectors.
//!
//! A panel of depths is cut into blocks of a few vectors of columns, these into tiles of a few rows, whose sums stay in
//! registers while the depth runs. Neither factor is copied, unless its rows lie pages apart.
//!
//! A level's module `vector` gives the types `Vector` and `Mask`, their functions, and two constants: `WIDTH`, the elements
//! of a vector, and `ROWS`, for each number of vectors from 1 on the rows of the largest tile that the registers hold.

use crate::reference::PANEL;

/// The elements of the buffer that holds a block of the second factor whose rows lie pages apart: 64 KiB.
pub(crate) const PACKED: usize = PANEL * 64;
/// From this stride on (in elements, half a page), a block is copied.
pub(crate) const FAR: usize = 512;
/// And from this number of rows on, over which the cost is spread.
pub(crate) const MANY_ROWS: usize = 48;
/// The elements of the buffer for a part of a narrow product's result.
pub(crate) const NARROW: usize = 512;

/// From this stride between its depths on (in elements, a page), rows of the first factor are copied,
pub(crate) const PAGE: usize = 1024;
/// from so many of them on,
pub(crate) const FEW_ROWS: usize = 12;
/// so many at a time.
pub(crate) const MOST_ROWS: usize = 96;

/// The columns of a single row that are summed side by side in memory while the second factor streams by: 4 KiB.
pub(crate) const STREAMED: usize = 1024;

/// How far ahead of a stream its lines are fetched, in elements.
pub(crate) const AHEAD: usize = 4096;

/// The rows of the second factor that stream at once.
pub(crate) const STREAMS: usize = 3;

/// The operands of a product or of a part of it: where each begins, and its strides.
#[derive(Clone, Copy)]
pub(crate) struct Operands {
    pub(crate) c: *mut f32,
    pub(crate) c_stride: usize,
    pub(crate) a: *const f32,
    pub(crate) a_row: usize,
    pub(crate) a_depth: usize,
    pub(crate) b: *const f32,
    pub(crate) b_stride: usize,
    /// What of the first factor comes next, its rows side by side: fetched into the cache by the tiles. Null: nothing.
    pub(crate) next: *const f32,
    /// From depth to depth in it.
    pub(crate) next_depth: usize,
}

impl Operands {
    /// The part that begins at a row, a column and a depth, all inside of the operands or at their ends.
    #[inline(always)]
    pub(crate) fn from(self, row: usize, column: usize, depth: usize) -> Operands {
        Operands {
            c: self.c.wrapping_add(row * self.c_stride + column),
            a: self.a.wrapping_add(row * self.a_row + depth * self.a_depth),
            b: self.b.wrapping_add(depth * self.b_stride + column),
            ..self
        }
    }
}

/// `all` in parts of at most `most`, which differ by at most one.
#[inline]
pub(crate) fn shares(all: usize, most: usize) -> impl Iterator<Item = usize> {
    let parts = all.div_ceil(most);
    let (each, larger) = if parts == 1 { (all, 0) } else { (all / parts, all % parts) };
    (0..parts).map(move |part| each + usize::from(part < larger))
}

/// Prints `product` and the functions that only it uses. The list gives the tiles that there are: vectors => rows.
///
/// All its unsafe functions ask for the same: every element of an operand that its strides and the sizes lead to must be
/// there, `c` shared with nobody.
macro_rules! product_functions {
    ({ $(#[$features:meta])* } $($v:literal => ($($r:literal)*)),* $(,)?) => {
        use core::mem::MaybeUninit;
        use $crate::Aligned;
        use $crate::level::product::{AHEAD, FAR, FEW_ROWS, MANY_ROWS, MOST_ROWS, PAGE, NARROW, Operands, PACKED, STREAMED, STREAMS, shares};

        /// The product that [`reference::product`](crate::reference::product) defines.
        ///
        /// # Panics
        /// If an operand is too short.
        $(#[$features])*
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
            if m == 0 || n == 0 {
                return;
            }
            if k == 0 {
                return (0..m).for_each(|i| c[i * c_stride..][..n].fill(0.0));
            }
            let all = Operands { c: c.as_mut_ptr(), c_stride, a: a.as_ptr(), a_row, a_depth, b: b.as_ptr(), b_stride, next: core::ptr::null(), next_depth: 0 };
            // With few columns and the rows of `a` side by side, the rows fill vectors better than the columns do.
            let narrow = a_row == 1 && n <= 8 && 2 * n * m.div_ceil(vector::WIDTH) <= m;
            for first in (0..k).step_by($crate::reference::PANEL) {
                let depth = (k - first).min($crate::reference::PANEL);
                let panel = all.from(0, 0, first);
                // SAFETY: every element that the strides and sizes lead to was found to be in its slice.
                unsafe {
                    if m == 1 && n > vector::ROWS.len() * vector::WIDTH {
                        streamed_row(panel, n, depth, first > 0);
                    } else if narrow {
                        narrow_panel(panel, m, n, depth, first > 0);
                    } else if a_row == 1 && a_depth >= PAGE && m >= FEW_ROWS && n > vector::WIDTH && b_stride < FAR {
                        gathered_panel(panel, m, n, depth, first > 0, first + depth < k);
                    } else {
                        panel_of_blocks(panel, m, n, depth, first > 0);
                    }
                }
            }
        }

        /// [`product`] with a second factor whose columns lie in strips, one after the other: strip s holds the columns from
        /// s·`width` on, `width` of each depth side by side, for `depths` depths.
        ///
        /// Such strips stay in near caches whatever the number of columns.
        ///
        /// # Panics
        /// If an operand is too short, `width` is 0, or `k` is more than `depths`.
        $(#[$features])*
        #[track_caller]
        pub fn product_of_strips(
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
                product(&mut c[column..], c_stride, a, a_row, a_depth, b, width, m, columns, k);
            }
        }

        /// A panel whose first factor has each depth on a page of its own: its rows are first copied side by side, so that pages
        /// are looked up once for all tiles.
        $(#[$features])*
        #[inline(never)]
        unsafe fn gathered_panel(panel: Operands, m: usize, n: usize, depth: usize, accumulate: bool, more: bool) {
            // The whole is what is not initialised: of an array that is put into it, code without optimisation keeps both.
            let mut gathered = MaybeUninit::<Aligned<[f32; $crate::reference::PANEL * MOST_ROWS]>>::uninit();
            let start = gathered.as_mut_ptr().cast::<f32>();
            assert!(depth <= $crate::reference::PANEL);
            let mut row = 0;
            for rows in shares(m, MOST_ROWS) {
                let part = panel.from(row, 0, 0);
                for d in 0..depth {
                    // SAFETY: the caller's promise; of the buffer, the assertion.
                    unsafe {
                        let from = part.a.wrapping_add(d * part.a_depth);
                        core::ptr::copy_nonoverlapping(from, start.add(d * rows), rows);
                    }
                }
                let next = if more { part.a.wrapping_add(depth * part.a_depth) } else { core::ptr::null() };
                let copied = Operands { a: start, a_depth: rows, next, next_depth: part.a_depth, ..part };
                // SAFETY: the caller's promise, and as many depths were copied.
                unsafe { panel_of_blocks(copied, rows, n, depth, accumulate) };
                row += rows;
            }
        }

        /// A panel of depths: c = its product, or c += its product.
        $(#[$features])*
        unsafe fn panel_of_blocks(panel: Operands, m: usize, n: usize, depth: usize, accumulate: bool) {
            // A single row may be long: it needs few registers, and streams through memory best as a whole.
            let most = if m == 1 { vector::ROWS.len() } else { vector::MOST_VECTORS };
            let pack = panel.b_stride >= FAR && m >= MANY_ROWS;
            let mut column = 0;
            for vectors in shares(n.div_ceil(vector::WIDTH), most) {
                let width = (n - column).min(vectors * vector::WIDTH);
                let last = vector::mask(width - (vectors - 1) * vector::WIDTH);
                let next = if column == 0 { panel.next } else { core::ptr::null() };
                let block = Operands { next, ..panel.from(0, column, 0) };
                // SAFETY: the block is inside of the panel.
                unsafe {
                    if pack {
                        packed_block(block, m, vectors, last, depth, accumulate);
                    } else {
                        block_of_tiles(&block, m, vectors, last, depth, accumulate);
                    }
                }
                column += width;
            }
        }

        /// A panel of a single row that is longer than the registers hold. Its sums are in the first-level cache, so that the second
        /// factor is read as it lies, whole rows of it, which is what memory is fastest at; some rows at once, so that sums are
        /// loaded and stored the less often.
        $(#[$features])*
        unsafe fn streamed_row(panel: Operands, n: usize, depth: usize, accumulate: bool) {
            for column in (0..n).step_by(STREAMED) {
                let mut sums = Aligned([0.0; STREAMED]);
                let part = panel.from(0, column, 0);
                let width = (n - column).min(STREAMED);
                let together = depth - depth % STREAMS;
                for d in (0..together).step_by(STREAMS) {
                    let part = part.from(0, 0, d);
                    // SAFETY: the caller's promise.
                    unsafe {
                        let factors: [f32; STREAMS] = core::array::from_fn(|r| *part.a.add(r * part.a_depth));
                        stream_rows(&mut sums.0, factors, part.b, part.b_stride, width);
                    }
                }
                for d in together..depth {
                    let part = part.from(0, 0, d);
                    // SAFETY: the caller's promise.
                    unsafe { stream_rows(&mut sums.0, [*part.a], part.b, part.b_stride, width) };
                }
                // SAFETY: the caller's promise; nothing else refers to the result meanwhile.
                let c = unsafe { core::slice::from_raw_parts_mut(part.c, width) };
                if accumulate {
                    c.iter_mut().zip(&sums.0).for_each(|(c, sum)| *c += sum);
                } else {
                    c.copy_from_slice(&sums.0[..width]);
                }
            }
        }

        /// Adds some rows of `b`, each times its factor, to a row of sums.
        $(#[$features])*
        #[inline]
        unsafe fn stream_rows<const N: usize>(
            sums: &mut [f32; STREAMED],
            factors: [f32; N],
            b: *const f32,
            b_stride: usize,
            width: usize,
        ) {
            let vectors = width.div_ceil(vector::WIDTH);
            let last = vector::mask(width - (vectors - 1) * vector::WIDTH);
            let factors = factors.map(|factor| vector::splat(factor));
            let sums = sums.as_mut_ptr();
            // SAFETY: the caller's promise; the sums are whole vectors, at least as many.
            unsafe {
                for v in 0..vectors - 1 {
                    let at = v * vector::WIDTH;
                    let mut sum = vector::load(sums.add(at));
                    for r in 0..N {
                        let pointer = b.wrapping_add(r * b_stride + at);
                        vector::prefetch(pointer.wrapping_add(AHEAD));
                        sum = vector::fma(factors[r], vector::load(pointer), sum);
                    }
                    vector::store(sums.add(at), sum);
                }
                let at = (vectors - 1) * vector::WIDTH;
                let mut sum = vector::load(sums.add(at));
                for r in 0..N {
                    sum = vector::fma(factors[r], vector::load_masked(b.wrapping_add(r * b_stride + at), last), sum);
                }
                vector::store(sums.add(at), sum);
            }
        }

        /// Some vectors of columns whose rows are first copied side by side.
        $(#[$features])*
        #[inline(never)]
        unsafe fn packed_block(
            block: Operands,
            m: usize,
            vectors: usize,
            last: vector::Mask,
            depth: usize,
            accumulate: bool,
        ) {
            let mut packed = MaybeUninit::<Aligned<[f32; PACKED]>>::uninit();
            let stride = vectors * vector::WIDTH;
            assert!(depth * stride <= PACKED);
            let start = packed.as_mut_ptr().cast::<f32>();
            for d in 0..depth {
                let (from, to) = (block.b.wrapping_add(d * block.b_stride), start.wrapping_add(d * stride));
                for v in 0..vectors {
                    let (from, to) = (from.wrapping_add(v * vector::WIDTH), to.wrapping_add(v * vector::WIDTH));
                    // SAFETY: the caller's promise; of the buffer, the assertion.
                    unsafe {
                        let copied = if v < vectors - 1 { vector::load(from) } else { vector::load_masked(from, last) };
                        vector::store(to, copied);
                    }
                }
            }
            // SAFETY: the caller's promise, and as many depths were copied.
            unsafe { block_of_tiles(&Operands { b: start, b_stride: stride, ..block }, m, vectors, last, depth, accumulate) };
        }

        /// Some vectors of columns.
        $(#[$features])*
        unsafe fn block_of_tiles(
            block: &Operands,
            m: usize,
            vectors: usize,
            last: vector::Mask,
            depth: usize,
            accumulate: bool,
        ) {
            let (mut c, mut a) = (block.c, block.a);
            // Where nothing comes next, a line that is in the cache anyway.
            let (mut next, next_depth) = if block.next.is_null() { (a, block.a_depth) } else { (block.next, block.next_depth) };
            for rows in shares(m, vector::ROWS[vectors - 1]) {
                // SAFETY: the tile is inside of the block.
                unsafe {
                    match (block.a_row, block.a_depth) {
                        (1, _) => any_tile::<true>(block, c, a, rows, vectors, last, depth, accumulate, next, next_depth),
                        (_, 1) => any_tile::<false>(block, c, a, rows, vectors, last, depth, accumulate, a, 0),
                        _ => strided_tile(block, c, a, rows, vectors, last, depth, accumulate),
                    }
                }
                c = c.wrapping_add(rows * block.c_stride);
                a = a.wrapping_add(rows * block.a_row);
                next = next.wrapping_add(rows);
            }
        }

        /// A tile whose rows of the first factor are contiguous in no direction: copied, then computed.
        $(#[$features])*
        #[inline(never)]
        unsafe fn strided_tile(
            block: &Operands,
            c: *mut f32,
            a: *const f32,
            rows: usize,
            vectors: usize,
            last: vector::Mask,
            depth: usize,
            accumulate: bool,
        ) {
            const TALLEST: usize = 16;
            let mut packed = [0.0; TALLEST * $crate::reference::PANEL];
            for d in 0..depth {
                for r in 0..rows {
                    // SAFETY: the caller's promise.
                    packed[d * rows + r] = unsafe { *a.add(r * block.a_row + d * block.a_depth) };
                }
            }
            // SAFETY: the caller's promise.
            unsafe {
                let block = Operands { a_row: 1, a_depth: rows, ..*block };
                any_tile::<true>(&block, c, packed.as_ptr(), rows, vectors, last, depth, accumulate, packed.as_ptr(), rows);
            }
        }

        /// A panel with fewer columns than rows: the transposed product, whose results are then put where they belong.
        $(#[$features])*
        unsafe fn narrow_panel(panel: Operands, m: usize, n: usize, depth: usize, accumulate: bool) {
            let mut result = Aligned([0.0; NARROW]);
            let most = if n == 1 { vector::ROWS.len() } else { vector::MOST_VECTORS };
            let mut row = 0;
            for vectors in shares(m.div_ceil(vector::WIDTH), most) {
                let width = (m - row).min(vectors * vector::WIDTH);
                let last = vector::mask(width - (vectors - 1) * vector::WIDTH);
                let part = panel.from(row, 0, 0);
                let transposed = Operands {
                    c: result.0.as_mut_ptr(),
                    c_stride: width,
                    a: part.b,
                    a_row: 1,
                    a_depth: part.b_stride,
                    b: part.a,
                    b_stride: part.a_depth,
                    ..part
                };
                assert!(n * width <= NARROW);
                // SAFETY: the caller's promise; of the result, the assertion.
                unsafe {
                    block_of_tiles(&transposed, n, vectors, last, depth, false);
                    for i in 0..width {
                        for j in 0..n {
                            let c = part.c.add(i * part.c_stride + j);
                            let sum = result.0[j * width + i];
                            *c = if accumulate { *c + sum } else { sum };
                        }
                    }
                }
                row += width;
            }
        }

        /// The tile of these sizes. `ADJACENT`: the rows of the first factor are side by side, else its depths are.
        $(#[$features])*
        unsafe fn any_tile<const ADJACENT: bool>(
            block: &Operands,
            c: *mut f32,
            a: *const f32,
            rows: usize,
            vectors: usize,
            last: vector::Mask,
            depth: usize,
            accumulate: bool,
            next: *const f32,
            next_depth: usize,
        ) {
            // SAFETY: the caller's promise.
            unsafe {
                match (vectors, rows) {
                    $($(($v, $r) => tile::<ADJACENT, $r, $v>(block, c, a, last, depth, accumulate, next, next_depth),)*)*
                    _ => unreachable!("no tile of {rows} rows and {vectors} vectors"),
                }
            }
        }

        /// `R` rows and `V` vectors of columns, of which the last is masked, held in registers.
        $(#[$features])*
        #[inline(never)]
        unsafe fn tile<const ADJACENT: bool, const R: usize, const V: usize>(
            block: &Operands,
            c: *mut f32,
            mut a: *const f32,
            last: vector::Mask,
            mut depth: usize,
            accumulate: bool,
            mut next: *const f32,
            next_depth: usize,
        ) {
            let mut sums = [[vector::zero(); V]; R];
            let mut b = block.b;
            // SAFETY: the caller's promise; pointers that leave an operand are not read.
            unsafe {
                if ADJACENT {
                    while depth > 0 {
                        vector::prefetch(next);
                        next = next.wrapping_add(next_depth);
                        add_depth(&mut sums, |r| a.wrapping_add(r), b, last);
                        a = a.wrapping_add(block.a_depth);
                        b = b.wrapping_add(block.b_stride);
                        depth -= 1;
                    }
                } else {
                    // Every third row has a pointer; the two after it are one and two strides away, which is an addressing
                    // mode. Unrolled, so that the pointers seldom move.
                    const UNROLL: usize = 4;
                    let mut thirds: [_; 6] = core::array::from_fn(|third| a.wrapping_add(3 * third * block.a_row));
                    while depth > 0 {
                        let unrolled = if depth >= UNROLL { UNROLL } else { 1 };
                        for d in 0..unrolled {
                            add_depth(&mut sums, |r| thirds[r / 3].wrapping_add(r % 3 * block.a_row + d), b, last);
                            b = b.wrapping_add(block.b_stride);
                        }
                        for pointer in &mut thirds {
                            *pointer = pointer.wrapping_add(unrolled);
                        }
                        depth -= unrolled;
                    }
                }
                for r in 0..R {
                    for v in 0..V {
                        let (c, sum) = (c.wrapping_add(r * block.c_stride + v * vector::WIDTH), sums[r][v]);
                        if v < V - 1 {
                            vector::store(c, if accumulate { vector::add(vector::load(c), sum) } else { sum });
                        } else {
                            let sum = if accumulate { vector::add(vector::load_masked(c, last), sum) } else { sum };
                            vector::store_masked(c, sum, last);
                        }
                    }
                }
            }
        }

        /// Adds one depth's products to a tile.
        $(#[$features])*
        #[inline]
        unsafe fn add_depth<const R: usize, const V: usize>(
            sums: &mut [[vector::Vector; V]; R],
            a: impl Fn(usize) -> *const f32,
            b: *const f32,
            last: vector::Mask,
        ) {
            // SAFETY: the caller's promise.
            unsafe {
                let row: [_; V] = core::array::from_fn(|v| {
                    let pointer = b.wrapping_add(v * vector::WIDTH);
                    if v < V - 1 { vector::load(pointer) } else { vector::load_masked(pointer, last) }
                });
                for r in 0..R {
                    let factor = vector::splat(*a(r));
                    for v in 0..V {
                        sums[r][v] = vector::fma(factor, row[v], sums[r][v]);
                    }
                }
            }
        }
    };
}

pub(crate) use product_functions;
