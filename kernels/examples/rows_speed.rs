//! Times draws, sums of rows, transposes and loads at every level of this machine, in nanoseconds.
//!
//! `taskset -c 1 cargo run -p dlm-kernels --release --example rows_speed`

use std::hint::black_box;
use std::time::Instant;

use dlm_kernels::{Level, Machine};

#[allow(missing_docs)]
mod timed {
    use super::black_box;
    use dlm_kernels::Machine;

    /// Rows × columns of `x`, and what is computed of them.
    pub struct Call<'a> {
        pub machine: &'a Machine,
        pub rows: usize,
        pub columns: usize,
        pub x: &'a [f32],
        pub y: &'a mut [f32],
    }

    dlm_kernels::per_level! {
        entries {
            uniform(&mut Call<'_>) -> (),
            sum(&mut Call<'_>) -> (),
            greatest(&mut Call<'_>) -> (),
            sum_rows(&mut Call<'_>) -> (),
            greatest_rows(&mut Call<'_>) -> (),
            fold_filled_lanes(&mut Call<'_>) -> (),
            transpose(&mut Call<'_>) -> (),
            load(&mut Call<'_>) -> (),
        }

        fn uniform(call: &mut Call<'_>) {
            let columns = call.columns;
            for row in 0..call.rows {
                level::uniform(&mut black_box(&mut *call.y)[row * columns..][..columns], 1, 2, 3, row as u32);
            }
        }

        fn sum(call: &mut Call<'_>) {
            let (x, columns) = (black_box(call.x), call.columns);
            for (i, y) in call.y[..call.rows].iter_mut().enumerate() {
                *y = level::sum(&x[i * columns..][..columns]);
            }
        }

        fn greatest(call: &mut Call<'_>) {
            let (x, columns) = (black_box(call.x), call.columns);
            for (i, y) in call.y[..call.rows].iter_mut().enumerate() {
                *y = level::greatest(&x[i * columns..][..columns]);
            }
        }

        fn sum_rows(call: &mut Call<'_>) {
            level::sum_rows(&mut black_box(&mut *call.y)[..call.rows], black_box(call.x), call.columns, call.columns);
        }

        fn greatest_rows(call: &mut Call<'_>) {
            level::greatest_rows(&mut black_box(&mut *call.y)[..call.rows], black_box(call.x), call.columns, call.columns);
        }

        fn fold_filled_lanes(call: &mut Call<'_>) {
            level::fold_filled_lanes(black_box(&mut *call.y), call.columns, call.columns, call.rows);
        }

        fn transpose(call: &mut Call<'_>) {
            let (rows, columns) = (call.rows, call.columns);
            level::transpose(black_box(call.x), columns, black_box(&mut *call.y), rows, rows, columns);
        }

        fn load(call: &mut Call<'_>) {
            let (rows, columns) = (call.rows, call.columns);
            let (shift, scale) = (&call.x[..columns], &call.x[..columns]);
            level::load(black_box(&mut *call.y), rows, black_box(call.x), columns, 0, shift, scale, rows);
        }
    }
}

/// The best of several rounds, in nanoseconds.
fn nanoseconds(machine: &Machine, rows: usize, columns: usize, copies: usize, run: fn(&mut timed::Call<'_>)) -> f64 {
    // From the start of a cache line, as generated code's memory begins.
    let size = rows * columns;
    let (mut x, mut y) = (vec![0.0; size * copies + 16], vec![0.0; size + 16]);
    let aligned = |x: &[f32]| x.as_ptr().align_offset(64);
    let (x_start, y_start) = (aligned(&x), aligned(&y));
    let (x, y) = (&mut x[x_start..][..size * copies], &mut y[y_start..][..size]);
    x.iter_mut().enumerate().for_each(|(i, x)| *x = (i % 17) as f32 / 17.0 - 0.5);
    let mut call = timed::Call { machine, rows, columns, x: &x[..size], y };
    let repeats = (400_000 / size + 1).next_multiple_of(copies);
    let rounds = (0..if copies > 1 { 5 } else { 40 }).map(|_| {
        let start = Instant::now();
        for _ in 0..repeats / copies {
            for copy in 0..copies {
                if copies > 1 {
                    call.x = &x[copy * size..][..size];
                }
                run(&mut call);
            }
        }
        start.elapsed().as_secs_f64() / repeats as f64
    });
    rounds.fold(f64::INFINITY, f64::min) * 1e9
}

/// What is timed.
struct Timed {
    name: &'static str,
    run: fn(&mut timed::Call<'_>),
    /// The results that a time is divided by, of so many rows and columns.
    results: fn(usize, usize) -> usize,
    sizes: &'static [(usize, usize)],
    /// Each time from the next of so many copies: from memory, if they are more than the caches hold.
    copies: usize,
}

const ROWS: &[(usize, usize)] = &[(16, 10), (16, 64), (48, 64), (10, 100), (24, 256), (5, 1000), (1, 64)];
const LANES: &[(usize, usize)] = &[(16, 64), (10, 64), (4, 100), (1, 64)];
const BATCHES: &[(usize, usize)] = &[(64, 784), (256, 784), (32, 4), (64, 13), (1, 784), (1024, 1024)];
const NEW_BATCHES: &[(usize, usize)] = &[(64, 784), (100, 784), (256, 784)];
const MATRICES: &[(usize, usize)] = &[
    (64, 64),
    (256, 256),
    (1024, 256),
    (256, 1024),
    (1024, 1024),
    (300, 784),
    (10, 64),
    (64, 10),
    (100, 128),
    (128, 100),
    (64, 300),
    (3, 32),
    (32, 3),
    (4, 32),
    (32, 4),
    (1, 64),
    (64, 1),
];
const TIMED: &[Timed] = &[
    Timed { name: "ns a draw", run: timed::uniform, results: |rows, columns| rows * columns, sizes: ROWS, copies: 1 },
    Timed { name: "`sum`, ns a row", run: timed::sum, results: |rows, _| rows, sizes: ROWS, copies: 1 },
    Timed { name: "`greatest`, ns a row", run: timed::greatest, results: |rows, _| rows, sizes: ROWS, copies: 1 },
    Timed { name: "`sum_rows`, ns a row", run: timed::sum_rows, results: |rows, _| rows, sizes: ROWS, copies: 1 },
    Timed { name: "`greatest_rows`, ns a row", run: timed::greatest_rows, results: |rows, _| rows, sizes: ROWS, copies: 1 },
    Timed { name: "`fold_filled_lanes`, ns", run: timed::fold_filled_lanes, results: |_, _| 1, sizes: LANES, copies: 1 },
    Timed { name: "`load`, ns", run: timed::load, results: |_, _| 1, sizes: BATCHES, copies: 1 },
    Timed { name: "`load` from memory, ns", run: timed::load, results: |_, _| 1, sizes: NEW_BATCHES, copies: 400 },
    Timed { name: "`transpose`, ns", run: timed::transpose, results: |_, _| 1, sizes: MATRICES, copies: 1 },
];

fn main() {
    let levels: Vec<_> = Level::ALL.into_iter().rev().filter(|level| level.is_available()).collect();
    print!("| | rows × columns |");
    levels.iter().for_each(|level| print!(" {} |", level.name()));
    println!("\n|---|---|{}", "---|".repeat(levels.len()));
    for Timed { name, run, results, sizes, copies } in TIMED {
        for &(rows, columns) in *sizes {
            print!("| {name} | {rows} × {columns} |");
            for &level in &levels {
                let time = nanoseconds(&Machine::at_most(level), rows, columns, *copies, *run) / results(rows, columns) as f64;
                print!(" {time:.prec$} |", prec = if time < 1000.0 { 2 } else { 0 });
            }
            println!();
        }
    }
}
