//! Times the maths functions at every level of this machine, in nanoseconds for 16 elements.
//!
//! `taskset -c 1 cargo run -p dlm-kernels --release --example maths_speed`

use std::hint::black_box;
use std::time::Instant;

use dlm_kernels::{Level, Machine};

#[path = "../tests/common/ulp.rs"]
mod ulp;

fn main() {
    let levels: Vec<_> = Level::ALL.into_iter().rev().filter(|level| level.is_available()).collect();
    print!("| function |");
    levels.iter().for_each(|level| print!(" {} |", level.name()));
    println!("\n|---|{}", "---|".repeat(levels.len()));
    let arguments: Vec<f32> = (0..4096).map(|i| (i as f32 - 2048.0) / 512.0).collect();
    for function in &ulp::FUNCTIONS {
        print!("| `{}` |", function.name);
        for &level in &levels {
            let machine = Machine::at_most(level);
            let mut x = arguments.clone();
            let rounds = (0..200).map(|_| {
                x.copy_from_slice(&arguments);
                let start = Instant::now();
                (function.apply)(&mut ulp::Call { machine: &machine, x: black_box(&mut x) });
                start.elapsed().as_secs_f64()
            });
            print!(" {:.2} |", rounds.fold(f64::INFINITY, f64::min) * 1e9 * 16.0 / arguments.len() as f64);
        }
        println!();
    }
}
