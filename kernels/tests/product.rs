//! Every level's product against its definition, and against `matrixmultiply`, bit for bit.

mod common;

use common::{Random, available_levels, bits};
use dlm_kernels::{Machine, reference};

/// The operands of one product, all strides longer than they need to be where `gap` is.
struct Case {
    m: usize,
    n: usize,
    k: usize,
    a_row: usize,
    a_depth: usize,
    stride: usize,
    a: Vec<f32>,
    b: Vec<f32>,
}

#[derive(Clone, Copy)]
enum Layout {
    Rows,
    Transposed,
    Strided,
}

impl Case {
    fn new(m: usize, n: usize, k: usize, layout: Layout, gap: usize, random: &mut Random) -> Case {
        let (a_row, a_depth) = match layout {
            Layout::Rows => (k + gap, 1),
            Layout::Transposed => (1, m + gap),
            Layout::Strided => (2 * k + 1, 2),
        };
        let stride = n + gap;
        let a_len = if m * k == 0 { 0 } else { (m - 1) * a_row + (k - 1) * a_depth + 1 };
        let b_len = if n * k == 0 { 0 } else { (k - 1) * stride + n };
        Case { m, n, k, a_row, a_depth, stride, a: random.numbers(a_len), b: random.numbers(b_len) }
    }

    /// The result, in memory that held something else, and whose gaps must stay as they were.
    fn run(&self, level: impl FnOnce(&mut [f32], &Case)) -> Vec<u32> {
        let len = if self.m * self.n == 0 { 0 } else { (self.m - 1) * self.stride + self.n };
        let mut c: Vec<f32> = (0..len).map(|i| i as f32).collect();
        level(&mut c, self);
        bits(&c)
    }

    fn expected(&self) -> Vec<u32> {
        self.run(|c, p| reference::product(c, p.stride, &p.a, p.a_row, p.a_depth, &p.b, p.stride, p.m, p.n, p.k))
    }
}

mod at_level {
    use super::Case;
    use dlm_kernels::Machine;

    pub struct Call<'a> {
        pub machine: &'a Machine,
        pub case: &'a Case,
        pub c: &'a mut [f32],
    }

    dlm_kernels::per_level! {
        entries {
            product(&mut Call<'_>) -> (),
            lent_product(&mut Call<'_>) -> (),
            product_of_strips(&mut Call<'_>) -> (),
            lent_product_of_strips(&mut Call<'_>) -> (),
        }

        fn product(call: &mut Call<'_>) -> () {
            let Case { m, n, k, a_row, a_depth, stride, a, b } = call.case;
            level::product(call.c, *stride, a, *a_row, *a_depth, b, *stride, *m, *n, *k);
        }

        fn lent_product(call: &mut Call<'_>) -> () {
            let Case { m, n, k, a_row, a_depth, stride, a, b } = call.case;
            level::matrixmultiply_product(call.machine, call.c, *stride, a, *a_row, *a_depth, b, *stride, *m, *n, *k);
        }

        fn product_of_strips(call: &mut Call<'_>) -> () {
            let Case { m, n, k, a_row, a_depth, stride, a, b } = call.case;
            let (strips, width, depths) = crate::strips(b, *stride, *n, *k, level::transpose_to_strips);
            level::product_of_strips(call.c, *stride, a, *a_row, *a_depth, &strips, width, depths, *m, *n, *k);
        }

        fn lent_product_of_strips(call: &mut Call<'_>) -> () {
            let Case { m, n, k, a_row, a_depth, stride, a, b } = call.case;
            let (strips, width, depths) = crate::strips(b, *stride, *n, *k, level::transpose_to_strips);
            let machine = call.machine;
            level::matrixmultiply_product_of_strips(
                machine, call.c, *stride, a, *a_row, *a_depth, &strips, width, depths, *m, *n, *k,
            );
        }
    }
}

/// A level's function that transposes to strips.
type ToStrips = unsafe fn(&[f32], usize, &mut [f32], usize, usize, usize, usize);

/// The second factor in strips, by way of its transpose: the strips, their width and their depths, of which some hold nothing.
fn strips(b: &[f32], stride: usize, n: usize, k: usize, to_strips: ToStrips) -> (Vec<f32>, usize, usize) {
    let (width, depths) = (n.next_multiple_of(16).clamp(16, 64), k + 3);
    let mut transposed = vec![0.0; n * k];
    for d in 0..k {
        for j in 0..n {
            transposed[j * k + d] = b[d * stride + j];
        }
    }
    let mut strips = vec![f32::NAN; n.div_ceil(width) * width * depths];
    // SAFETY: called by the level's own code, so that this processor has the level.
    unsafe { to_strips(&transposed, k, &mut strips, width, depths, n, k) };
    (strips, width, depths)
}

#[test]
fn strips_equal_the_whole_factor() {
    let mut random = Random(8);
    for (m, n, k) in [(1, 1, 1), (5, 63, 3), (7, 64, 20), (3, 65, 2), (25, 130, 40), (0, 70, 4), (6, 17, 0), (9, 100, 260)] {
        if cfg!(miri) && m * n * k > 2000 {
            continue;
        }
        for gap in [0, 5] {
            let case = Case::new(m, n, k, Layout::Rows, gap, &mut random);
            let expected = case.expected();
            for level in available_levels() {
                let machine = Machine::at_most(level);
                let found = case.run(|c, case| {
                    at_level::product_of_strips(&mut at_level::Call { machine: &machine, case, c });
                });
                assert!(found == expected, "{}: {m} × {n} × {k}", level.name());
                let lent = case.run(|c, case| {
                    at_level::lent_product_of_strips(&mut at_level::Call { machine: &machine, case, c });
                });
                assert!(lent == expected, "{}, lent: {m} × {n} × {k}", level.name());
            }
        }
    }
}

fn check(case: &Case) {
    let expected = case.expected();
    for level in available_levels() {
        let machine = Machine::at_most(level);
        let found = case.run(|c, case| at_level::product(&mut at_level::Call { machine: &machine, case, c }));
        assert!(
            found == expected,
            "{} differs for {} × {} × {}, strides {}, {}, {}",
            level.name(),
            case.m,
            case.n,
            case.k,
            case.a_row,
            case.a_depth,
            case.stride
        );
    }
}

const LAYOUTS: [Layout; 3] = [Layout::Rows, Layout::Transposed, Layout::Strided];

#[test]
fn small_shapes_with_all_tails() {
    let mut random = Random(1);
    let most = if cfg!(miri) { 6 } else { 26 };
    for m in 0..most {
        for n in (0..if cfg!(miri) { 10 } else { 70 }).step_by(if m % 5 == 0 { 1 } else { 7 }) {
            for (k, layout) in [0, 1, 5, 8, 19].into_iter().flat_map(|k| LAYOUTS.map(|layout| (k, layout))) {
                if cfg!(miri) && k > 5 {
                    continue;
                }
                check(&Case::new(m, n, k, layout, (m + n) % 3, &mut random));
            }
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "slow, and its paths are those of the test in little")]
fn panels_blocks_and_narrow_shapes() {
    let mut random = Random(2);
    let shapes = [
        (1, 1, 1),
        (1, 300, 784),
        (1, 900, 257),
        (2, 700, 300),
        (300, 1, 64),
        (301, 1, 513),
        (600, 2, 100),
        (257, 5, 300),
        (130, 8, 40),
        (65, 8, 256),
        (13, 64, 255),
        (7, 65, 256),
        (25, 130, 257),
        (12, 48, 512),
        (9, 33, 600),
        (50, 513, 300),
        (49, 700, 20),
        (60, 1030, 257),
        (1030, 20, 5),
        (1100, 70, 300),
        (1, 1030, 300),
        (1, 2048, 7),
    ];
    for (m, n, k) in shapes {
        for layout in LAYOUTS {
            check(&Case::new(m, n, k, layout, 0, &mut random));
            check(&Case::new(m, n, k, layout, 3, &mut random));
        }
    }
}

#[test]
fn every_path_in_little() {
    let mut random = Random(6);
    // Packed, narrow in one and two columns, one row, two panels.
    for (m, n, k, gap) in [(48, 3, 2, 512), (33, 1, 3, 0), (40, 2, 2, 1), (12, 9, 2, 1012), (1, 40, 3, 0), (2, 2, 257, 0)] {
        for layout in LAYOUTS {
            check(&Case::new(m, n, k, layout, gap, &mut random));
        }
    }
}

#[test]
fn special_values_pass_through() {
    for special in [f32::INFINITY, f32::NEG_INFINITY, f32::MIN_POSITIVE / 8.0, -0.0, f32::MAX] {
        let mut random = Random(3);
        let mut case = Case::new(7, 9, 11, Layout::Transposed, 0, &mut random);
        case.a[5] = special;
        case.b[17] = special;
        check(&case);
    }
}

#[cfg(not(miri))]
extern "C" fn lent_sgemm(
    m: usize,
    k: usize,
    n: usize,
    alpha: f32,
    a: *const f32,
    rsa: isize,
    csa: isize,
    b: *const f32,
    rsb: isize,
    csb: isize,
    beta: f32,
    c: *mut f32,
    rsc: isize,
    csc: isize,
) {
    // SAFETY: called by the kernels alone, which have checked the operands.
    unsafe { matrixmultiply::sgemm(m, k, n, alpha, a, rsa, csa, b, rsb, csb, beta, c, rsc, csc) }
}

#[test]
#[cfg(not(miri))]
fn equals_matrixmultiply_where_that_has_fused_multiply_add() {
    if dlm_kernels::Level::detect() == dlm_kernels::Level::Portable {
        return;
    }
    // SAFETY: `lent_sgemm` is what is asked for.
    let machine = unsafe { Machine::new(dlm_kernels::Level::Avx512, 1, None, Some(lent_sgemm)) };
    let mut random = Random(4);
    for (m, n, k) in [(3, 5, 0), (10, 64, 100), (33, 37, 255), (64, 20, 256), (20, 64, 257), (100, 30, 784), (1, 300, 784)] {
        for layout in LAYOUTS {
            let case = Case::new(m, n, k, layout, 1, &mut random);
            let lent = case.run(|c, case| at_level::lent_product(&mut at_level::Call { machine: &machine, case, c }));
            assert!(lent == case.expected(), "{m} × {n} × {k}");
        }
    }
}

#[test]
fn without_a_lent_product_the_own_one_runs() {
    let case = Case::new(5, 6, 7, Layout::Rows, 2, &mut Random(5));
    let machine = Machine::single_threaded();
    let found = case.run(|c, case| at_level::lent_product(&mut at_level::Call { machine: &machine, case, c }));
    assert_eq!(found, case.expected());
}

/// Runs a product of 2 × 3 × 4 whose operands have these lengths.
fn with_lengths(c: usize, a: usize, b: usize) {
    dlm_kernels::portable::product(&mut vec![0.0; c], 3, &vec![0.0; a], 4, 1, &vec![0.0; b], 3, 2, 3, 4);
}

#[test]
fn exact_lengths_fit() {
    with_lengths(6, 8, 12);
}

#[test]
#[should_panic(expected = "c has 5 elements, too few for 2 rows of 3, 3 apart")]
fn c_too_short_panics() {
    with_lengths(5, 8, 12);
}

#[test]
#[should_panic(expected = "a has 7 elements, too few for 2 rows, 4 apart, of 4 elements, 1 apart")]
fn a_too_short_panics() {
    with_lengths(6, 7, 12);
}

#[test]
#[should_panic(expected = "b has 11 elements, too few for 4 rows of 3, 3 apart")]
fn b_too_short_panics() {
    with_lengths(6, 8, 11);
}

#[test]
#[should_panic(expected = "c has 10 elements")]
fn rows_of_c_that_overlap_panic() {
    dlm_kernels::portable::product(&mut [0.0; 10], 2, &[0.0; 8], 4, 1, &[0.0; 12], 3, 2, 3, 4);
}

#[test]
#[should_panic(expected = "a has 8 elements")]
fn strides_that_overflow_panic() {
    dlm_kernels::portable::product(&mut [0.0; 6], 3, &[0.0; 8], usize::MAX, 1, &[0.0; 12], 3, 2, 3, 4);
}
