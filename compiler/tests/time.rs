//! The model of times against what was measured, the tables of kernels/README.md.

use dlm_compiler::plan::ProductBy;
use dlm_compiler::plan::time::{Product, faster, product};

/// A line `| 300 × 64 × 784 | transposed | 194 | 253 | 110 |`: the product, and the GFLOP/s of `matrixmultiply` and of tiles.
fn measured(line: &str) -> Option<(Product, f64, f64)> {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let sizes: Vec<usize> = cells.first()?.split(" × ").map(|size| size.parse().ok()).collect::<Option<_>>()?;
    let [rows, columns, depths] = sizes[..] else { return None };
    let product = Product { rows, columns, depths, adjacent: cells[1] == "transposed" };
    Some((product, cells[2].parse().ok()?, cells[3].parse().ok()?))
}

fn all() -> Vec<(Product, f64, f64)> {
    let readme = include_str!("../../kernels/README.md");
    readme.lines().filter_map(measured).collect()
}

/// How far from it: a choice between two ways that differ by less hardly matters.
const MOST: f64 = 1.45;

#[test]
fn times_of_products_are_near_what_was_measured() {
    assert!(all().len() > 40, "the table is read");
    for (size, matrixmultiply, tiles) in all() {
        for (by, gflops) in [(ProductBy::Tile, tiles), (ProductBy::MatrixMultiply, matrixmultiply)] {
            let measured = size.flops() as f64 / gflops;
            let ratio = product(size, by) / measured;
            assert!((1.0 / MOST..MOST).contains(&ratio), "{size:?} by {by:?}: {ratio:.2} of the {measured:.0} ns measured");
        }
    }
}

#[test]
fn the_choice_is_what_was_measured_to_be_faster() {
    for (size, matrixmultiply, tiles) in all() {
        // Where the two are equal but for noise, either is right.
        if (matrixmultiply / tiles - 1.0f64).abs() > 0.05 {
            let expected = if matrixmultiply > tiles { ProductBy::MatrixMultiply } else { ProductBy::Tile };
            assert_eq!(faster(size), expected, "{size:?}");
        }
    }
}
