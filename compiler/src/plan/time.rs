//! About how long things take, on one core with AVX-512: the model behind every choice that a plan makes by time. Its constants are
//! fitted to the measurements in kernels/README.md; a test holds it against them.

use super::{ProductBy, VECTOR};
use crate::expr::{Binary, Expr, Unary};

/// The clock.
pub const CYCLES_PER_NANO: f64 = 4.2;
/// Calling a kernel, in nanoseconds.
pub const KERNEL: f64 = 20.0;
/// Cycles an element, of what is not a product: most of them are fractions of a vector's sixteen.
pub const LOAD: f64 = 0.5;
/// Of a transpose.
pub const TRANSPOSE: f64 = 0.35;
/// Of a copy.
pub const COPY: f64 = 0.15;
/// Of keeping an element.
pub const STORE: f64 = 0.1;
/// Of a draw.
pub const DRAW: f64 = 1.0;
/// Of a sum along rows or columns.
pub const SUM: f64 = 0.1;

/// The sizes of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// Rows of the result.
    pub rows: usize,
    /// Columns of the result.
    pub columns: usize,
    /// Terms of each sum.
    pub depths: usize,
    /// Whether the rows of the first factor are side by side in memory, else its depths are.
    pub adjacent: bool,
}

impl Product {
    /// Two for each multiply-add.
    pub fn flops(self) -> u64 {
        2 * self.rows as u64 * self.columns as u64 * self.depths as u64
    }
}

/// The faster of the two for a product.
pub fn faster(product: Product) -> ProductBy {
    let nanos = |by| self::product(product, by);
    if nanos(ProductBy::MatrixMultiply) < nanos(ProductBy::Tile) { ProductBy::MatrixMultiply } else { ProductBy::Tile }
}

/// About how long a product takes, in nanoseconds.
pub fn product(product: Product, by: ProductBy) -> f64 {
    match by {
        ProductBy::Tile => tiles(product),
        ProductBy::MatrixMultiply => matrixmultiply(product),
    }
}

/// Of the kernels' tiles by their number of vectors: the most rows.
const TILE_ROWS: [usize; 4] = [12, 12, 8, 6];
/// Beginning and ending a tile, in cycles.
const TILE: f64 = 30.0;
/// After so many depths a tile begins anew.
const PANEL: usize = 256;
/// The latency of a fused multiply-add, in cycles: a depth of a small tile takes as long.
const LATENCY: f64 = 4.0;

/// Tiles read their factors where they are: the time of their multiply-adds and loads, or that of memory.
fn tiles(product: Product) -> f64 {
    let Product { rows, columns, depths, adjacent } = product;
    // With few columns and rows side by side, rows fill the vectors.
    let narrow = adjacent && columns <= 8 && 2 * columns * rows.div_ceil(VECTOR) <= rows;
    let (rows_of_tiles, across) = if narrow { (columns, rows) } else { (rows, columns) };
    let vectors = across.div_ceil(VECTOR);
    let cycles = if rows_of_tiles == 1 {
        // A single row has as many vectors as there are registers.
        depths as f64 * (vectors as f64 / 2.0).max(LATENCY)
    } else {
        let blocks = shares(vectors, TILE_ROWS.len()).into_iter().filter(|(blocks, _)| *blocks > 0);
        let tiles = blocks.flat_map(|(blocks, vectors)| {
            shares(rows_of_tiles, TILE_ROWS[vectors - 1]).map(|(parts, rows)| (blocks * parts, rows, vectors))
        });
        // Of one kind; a time is a whole number of halves, so that their sum is exact, however it is added up.
        let tile = |(tiles, rows, vectors): (usize, usize, usize)| {
            let (tiles, rows, vectors) = (tiles as f64, rows as f64, vectors as f64);
            // Two multiply-adds a cycle, and two loads.
            let depth = (rows * vectors / 2.0).max((rows + vectors) / 2.0).max(LATENCY);
            tiles * (depths as f64 * depth + TILE * depths.div_ceil(PANEL) as f64)
        };
        tiles.map(tile).sum()
    };
    KERNEL / 2.0 + cycles.max(memory(rows * depths + depths * columns)) / CYCLES_PER_NANO
}

/// The cycles of reading so many `f32`s once, by the cache that holds them.
fn memory(floats: usize) -> f64 {
    let bytes = 4.0 * floats as f64;
    // What each cache holds, in bytes, and how many of them it gives a cycle.
    let caches = [(48e3, 64.0), (1e6, 32.0), (32e6, 26.0), (f64::INFINITY, 8.0)];
    let (_, bytes_a_cycle) = caches.into_iter().find(|(holds, _)| bytes < *holds).expect("memory holds all");
    bytes / bytes_a_cycle
}

/// `matrixmultiply` copies both factors first, to rows and columns in eights.
fn matrixmultiply(product: Product) -> f64 {
    const CALL: f64 = 80.0;
    const STORE_RESULT: f64 = 0.05;
    const FLOPS_A_NANO: f64 = 225.0;
    let Product { rows, columns, depths, adjacent } = product;
    let copy_rows = if adjacent { 0.08 } else { 0.25 };
    // From beyond the second-level cache it takes longer.
    let copy_columns = if depths * columns < 0x8_0000 { 0.12 } else { 0.4 };
    let copied = copy_rows * (rows * depths) as f64
        + copy_columns * (depths * columns.next_multiple_of(32)) as f64
        + STORE_RESULT * (rows * columns) as f64;
    let padded = Product { rows: rows.next_multiple_of(8), columns: columns.next_multiple_of(8), ..product };
    CALL + copied + padded.flops() as f64 / FLOPS_A_NANO
}

/// `all` in parts of at most `most` that differ by at most one, as the kernels cut a product: how many there are of each size, and
/// the two sizes.
fn shares(all: usize, most: usize) -> [(usize, usize); 2] {
    let parts = all.div_ceil(most).max(1);
    let larger = all % parts;
    [(larger, all / parts + 1), (parts - larger, all / parts)]
}

/// The cycles an element of a map, with the loads of its operands.
pub fn map(expr: &Expr) -> f64 {
    const SIMPLE: f64 = 0.035;
    const ROOT_OR_QUOTIENT: f64 = 0.65;
    match expr {
        Expr::Constant(_) => 0.0,
        Expr::Leaf(_) => SIMPLE,
        Expr::Unary(function, x) => {
            map(x)
                + match function {
                    Unary::Neg | Unary::Abs | Unary::Sign => SIMPLE,
                    Unary::Sqrt => ROOT_OR_QUOTIENT,
                    Unary::Exp | Unary::Expm1 => 0.6,
                    Unary::Ln | Unary::Ln1p | Unary::Tanh | Unary::Sigmoid | Unary::Erf => 1.0,
                }
        }
        Expr::Binary(function, a, b) => {
            let own = if *function == Binary::Div { ROOT_OR_QUOTIENT } else { SIMPLE };
            own + map(a) + map(b)
        }
        Expr::Select { left, right, then, other, .. } => SIMPLE + map(left) + map(right) + map(then) + map(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_all_of_it_and_none_is_too_large() {
        for all in 1..300 {
            for most in 1..13 {
                let shares = shares(all, most).map(|(parts, size)| if parts == 0 { (0, 0) } else { (parts, size) });
                assert_eq!(shares.iter().map(|(parts, size)| parts * size).sum::<usize>(), all);
                assert_eq!(shares.iter().map(|(parts, _)| parts).sum::<usize>(), all.div_ceil(most));
                assert!(shares.iter().all(|(_, size)| *size <= most), "{all} by {most}: {shares:?}");
            }
        }
    }

    #[test]
    fn the_time_of_a_product_is_known_at_once_however_large_it_is() {
        let product = Product { rows: 1 << 30, columns: 1 << 30, depths: 1, adjacent: false };
        assert!(tiles(product).is_finite());
    }
}
