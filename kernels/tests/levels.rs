//! Every level's sums, transposes, loads and draws against their definitions, bit for bit.

mod common;

use common::{Random, available_levels, bits};
use dlm_kernels::{Machine, reference};

mod at_level {
    use dlm_kernels::Machine;

    /// What one test needs of the functions.
    #[derive(Default)]
    pub struct Call<'a> {
        pub x: &'a [f32],
        pub y: &'a mut [f32],
        pub sizes: [usize; 4],
        pub shift: &'a [f32],
        pub scale: &'a [f32],
        pub seed: u64,
        pub step: u64,
    }

    pub struct At<'a, 'b> {
        pub machine: &'a Machine,
        pub call: &'a mut Call<'b>,
    }

    dlm_kernels::per_level! {
        entries {
            sum(&mut At<'_, '_>) -> f32,
            greatest(&mut At<'_, '_>) -> f32,
            sum_rows(&mut At<'_, '_>) -> (),
            greatest_rows(&mut At<'_, '_>) -> (),
            fold_lanes(&mut At<'_, '_>) -> (),
            fold_filled_lanes(&mut At<'_, '_>) -> (),
            transpose(&mut At<'_, '_>) -> (),
            load(&mut At<'_, '_>) -> (),
            uniform(&mut At<'_, '_>) -> (),
        }

        fn sum(at: &mut At<'_, '_>) -> f32 {
            level::sum(at.call.x)
        }

        fn greatest(at: &mut At<'_, '_>) -> f32 {
            level::greatest(at.call.x)
        }

        fn fold_lanes(at: &mut At<'_, '_>) {
            let [width, columns, ..] = at.call.sizes;
            level::fold_lanes(at.call.y, width, columns);
        }

        fn fold_filled_lanes(at: &mut At<'_, '_>) {
            let [width, columns, filled, _] = at.call.sizes;
            level::fold_filled_lanes(at.call.y, width, columns, filled);
        }

        fn sum_rows(at: &mut At<'_, '_>) {
            let [stride, n, ..] = at.call.sizes;
            level::sum_rows(at.call.y, at.call.x, stride, n);
        }

        fn greatest_rows(at: &mut At<'_, '_>) {
            let [stride, n, ..] = at.call.sizes;
            level::greatest_rows(at.call.y, at.call.x, stride, n);
        }

        fn transpose(at: &mut At<'_, '_>) {
            let Call { x, y, sizes: [x_stride, y_stride, rows, cols], .. } = &mut *at.call;
            level::transpose(x, *x_stride, y, *y_stride, *rows, *cols);
        }

        fn load(at: &mut At<'_, '_>) {
            let Call { x, y, sizes: [stride, features, first, n], shift, scale, .. } = &mut *at.call;
            level::load(y, *stride, x, *features, *first, shift, scale, *n);
        }

        fn uniform(at: &mut At<'_, '_>) {
            let Call { y, sizes: [stream, row, ..], seed, step, .. } = &mut *at.call;
            level::uniform(y, *seed, *stream as u32, *step, *row as u32);
        }
    }
}

use at_level::{At, Call};

fn machines() -> Vec<Machine> {
    available_levels().into_iter().map(Machine::at_most).collect()
}

#[test]
fn sums() {
    let mut random = Random(1);
    for len in (0..70).chain(if cfg!(miri) { 0..0 } else { 1000..1010 }) {
        let x = random.numbers(len);
        for machine in &machines() {
            let found = at_level::sum(&mut At { machine, call: &mut Call { x: &x, ..Call::default() } });
            assert_eq!(found.to_bits(), reference::sum(&x).to_bits(), "{} of {len}", machine.level().name());
        }
    }
}

#[test]
fn the_order_of_a_sum_is_the_one_that_is_documented() {
    // 1e8 + 1 is 1e8: only lanes and tree give 3 here.
    let mut x = [0.0; 34];
    (x[0], x[1], x[16], x[32], x[33]) = (1e8, 1.0, -1e8, 1.0, 1.0);
    assert_eq!(reference::sum(&x), 3.0);
}

#[test]
fn greatest() {
    let mut random = Random(2);
    let specials = [0.0, -0.0, f32::NAN, f32::NEG_INFINITY, -1.0];
    for len in 0..70 {
        for special in 0..3 {
            let x: Vec<f32> = match special {
                0 => random.numbers(len),
                _ => (0..len).map(|_| specials[((random.number() + 1.0) * 2.49) as usize]).collect(),
            };
            for machine in &machines() {
                let found = at_level::greatest(&mut At { machine, call: &mut Call { x: &x, ..Call::default() } });
                assert_eq!(found.to_bits(), reference::greatest(&x).to_bits(), "{} of {x:?}", machine.level().name());
            }
        }
    }
}

/// Numbers among which are some of those that sums and comparisons treat specially.
fn special_numbers(random: &mut Random, len: usize, share: f32) -> Vec<f32> {
    const SPECIAL: [f32; 8] = [0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -1e-45, -1.0];
    let number = |random: &mut Random| match random.number() {
        special if special < share - 1.0 => SPECIAL[((random.number() + 1.0) * 3.99) as usize],
        number => number,
    };
    (0..len).map(|_| number(random)).collect()
}

#[test]
fn sums_and_greatest_elements_of_rows() {
    let mut random = Random(6);
    let lengths: Vec<usize> = if cfg!(miri) { vec![0, 1, 17] } else { (0..70).chain([100, 256, 999, 1024]).collect() };
    for n in lengths {
        for rows in [0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 21, 32, 48] {
            let stride = n + rows % 3;
            // None special, few, or almost all (then sums are NaN, and the greatest are zeros).
            let x = special_numbers(&mut random, (rows * stride).saturating_sub(rows % 3), [0.0, 0.02, 0.3, 1.9][rows % 4]);
            let x = if n % 5 == 4 { x.iter().map(|x| x.min(0.0)).collect() } else { x };
            let (mut sums, mut greatest) = (vec![7.0; rows], vec![7.0; rows]);
            reference::sum_rows(&mut sums, &x, stride, n);
            reference::greatest_rows(&mut greatest, &x, stride, n);
            for machine in &machines() {
                let (mut y, sizes, name) = (vec![7.0; rows], [stride, n, 0, 0], machine.level().name());
                at_level::sum_rows(&mut At { machine, call: &mut Call { x: &x, y: &mut y, sizes, ..Call::default() } });
                assert_eq!(bits(&y), bits(&sums), "{name}: sums of {rows} rows of {n}");
                at_level::greatest_rows(&mut At { machine, call: &mut Call { x: &x, y: &mut y, sizes, ..Call::default() } });
                assert_eq!(bits(&y), bits(&greatest), "{name}: greatest of {rows} rows of {n}");
            }
        }
    }
}

#[test]
fn filled_lanes() {
    let mut random = Random(7);
    for filled in 1..=16 {
        for (width, columns) in [(1, 1), (5, 0), (5, 3), (10, 10), (64, 64), (64, 17), (100, 100)] {
            // No lane is −0.0: adding +0.0 makes it so.
            let start: Vec<f32> = special_numbers(&mut random, width * 16, 0.1).iter().map(|x| x + 0.0).collect();
            let mut all = start.clone();
            all[filled * width..].fill(0.0);
            reference::fold_lanes(&mut all, width, columns);
            let mut expected = start[..filled * width].to_vec();
            reference::fold_filled_lanes(&mut expected, width, columns, filled);
            assert_eq!(bits(&expected[..columns]), bits(&all[..columns]));
            for machine in &machines() {
                let mut y = start[..filled * width].to_vec();
                let sizes = [width, columns, filled, 0];
                at_level::fold_filled_lanes(&mut At { machine, call: &mut Call { y: &mut y, sizes, ..Call::default() } });
                assert_eq!(bits(&y[..columns]), bits(&expected[..columns]), "{}", machine.level().name());
                assert_eq!(bits(&y[columns..width]), bits(&start[columns..width]), "{}", machine.level().name());
            }
        }
    }
}

#[test]
fn lanes() {
    let mut random = Random(3);
    for (width, columns) in [(1, 1), (5, 0), (5, 3), (64, 64), (64, 17)] {
        let start = random.numbers(width * 16);
        let mut expected = start.clone();
        reference::fold_lanes(&mut expected, width, columns);
        for machine in &machines() {
            let mut y = start.clone();
            let sizes = [width, columns, 0, 0];
            at_level::fold_lanes(&mut At { machine, call: &mut Call { y: &mut y, sizes, ..Call::default() } });
            assert_eq!(bits(&y[..columns]), bits(&expected[..columns]), "{}", machine.level().name());
        }
    }
}

#[test]
fn transposes() {
    let mut random = Random(4);
    const SIZES: &[usize] = &[0, 1, 2, 3, 4, 7, 8, 9, 10, 15, 16, 17, 23, 32, 40, 100, 128, 131, 275];
    let sizes = || SIZES.iter().copied().filter(|&size| size < if cfg!(miri) { 18 } else { usize::MAX });
    for rows in sizes() {
        for cols in sizes() {
            let (x_stride, y_stride) = (cols + rows % 3, rows + cols % 2);
            let x = random.numbers(rows * x_stride);
            for machine in &machines() {
                let mut y = vec![7.0; cols * y_stride];
                let sizes = [x_stride, y_stride, rows, cols];
                at_level::transpose(&mut At { machine, call: &mut Call { x: &x, y: &mut y, sizes, ..Call::default() } });
                for (i, y) in y.iter().enumerate() {
                    let (c, r) = (i / y_stride, i % y_stride);
                    assert_eq!(*y, if r < rows { x[r * x_stride + c] } else { 7.0 }, "{}", machine.level().name());
                }
            }
        }
    }
}

#[test]
fn loads() {
    let mut random = Random(5);
    for (features, first, rows) in [(1, 0, 1), (5, 2, 3), (8, 0, 8), (64, 8, 40), (33, 16, 17), (4, 4, 0), (100, 48, 52)] {
        for (stride, n) in [(1, 1), (2, 1), (3, 3), (8, 8), (16, 9), (20, 17), (4, 0), (64, 64), (130, 129)] {
            let (x, shift, scale) = (random.numbers(n * features), random.numbers(features), random.numbers(features));
            for machine in &machines() {
                let mut y = vec![7.0; rows * stride];
                let sizes = [stride, features, first, n];
                let mut call = Call { x: &x, y: &mut y, sizes, shift: &shift, scale: &scale, ..Call::default() };
                at_level::load(&mut At { machine, call: &mut call });
                for (i, y) in y.iter().enumerate() {
                    let (f, b) = (first + i / stride, i % stride);
                    let expected = if b < n { (x[b * features + f] - shift[f]) * scale[f] } else { 7.0 };
                    assert_eq!(y.to_bits(), expected.to_bits(), "{}", machine.level().name());
                }
            }
        }
    }
}

#[test]
fn draws() {
    for len in (0..if cfg!(miri) { 20 } else { 70 }).chain([127, 128, 129, 200, 1030]) {
        for (seed, stream, step, row) in
            [(0, 0, 0, 0), (0x1234_5678_9ABC_DEF0, 3, 1 << 33, 9), (7, 0xFFFF, (1 << 48) - 1, u32::MAX)]
        {
            let mut expected = vec![0.0; len];
            reference::uniform(&mut expected, seed, stream, step, row);
            assert!(expected.iter().all(|x| (0.0..1.0).contains(x)));
            for machine in &machines() {
                let mut y = vec![7.0; len + 1];
                let sizes = [stream as usize, row as usize, 0, 0];
                let call = &mut Call { y: &mut y[..len], sizes, seed, step, ..Call::default() };
                at_level::uniform(&mut At { machine, call });
                assert_eq!((bits(&y[..len]), y[len]), (bits(&expected), 7.0), "{}", machine.level().name());
            }
        }
    }
}

#[test]
fn draws_differ_by_seed_stream_step_row_and_column() {
    let draw = |seed, stream, step, row| {
        let mut out = [0.0; 128];
        reference::uniform(&mut out, seed, stream, step, row);
        bits(&out)
    };
    let all = [(0, 0, 0, 0), (1, 0, 0, 0), (1 << 32, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 1 << 32, 0), (0, 0, 0, 1)];
    let mut words: Vec<u32> = all.into_iter().flat_map(|(seed, stream, step, row)| draw(seed, stream, step, row)).collect();
    let drawn = words.len();
    words.sort_unstable();
    words.dedup();
    // 24 bits each: a few may be equal by chance, not a whole part.
    assert!(words.len() > drawn - 8, "{} of {drawn}", words.len());
}

#[test]
#[should_panic(expected = "dst has 2 features from 3 on, src has 4")]
fn a_load_of_features_that_are_not_there_panics() {
    dlm_kernels::portable::load(&mut [0.0; 8], 4, &[0.0; 8], 4, 3, &[0.0; 8], &[0.0; 8], 2);
}

#[test]
#[should_panic(expected = "scale has 1 elements, too few for 4 features")]
fn a_load_with_too_few_scales_panics() {
    dlm_kernels::portable::load(&mut [0.0; 16], 4, &[0.0; 8], 4, 0, &[0.0; 4], &[0.0; 1], 2);
}

#[test]
#[should_panic(expected = "dst has 5 elements, too few for 3 rows of 2, 2 apart")]
fn a_transpose_into_too_little_panics() {
    dlm_kernels::portable::transpose(&[0.0; 6], 3, &mut [0.0; 5], 2, 2, 3);
}

#[test]
#[should_panic(expected = "x has 9 elements, too few for 3 rows of 4, 3 apart")]
fn sums_of_rows_that_are_not_there_panic() {
    dlm_kernels::portable::sum_rows(&mut [0.0; 3], &[0.0; 9], 3, 4);
}

#[test]
#[should_panic(expected = "lanes has 8 elements, too few for 3 rows of 3, 3 apart")]
fn filled_lanes_that_are_not_there_panic() {
    dlm_kernels::portable::fold_filled_lanes(&mut [0.0; 8], 3, 3, 3);
}

#[test]
#[should_panic(expected = "17 lanes are filled, not 1 to 16")]
fn more_filled_lanes_than_there_are_panic() {
    dlm_kernels::portable::fold_filled_lanes(&mut [0.0; 17], 1, 1, 17);
}
