//! Measures the largest error of every maths function over all 2³² arguments, on all cores, and prints a table.
//!
//! `cargo run -p dlm-kernels --release --example max_error` (a few minutes)

use std::thread;

use dlm_kernels::Machine;

#[path = "../tests/common/ulp.rs"]
mod ulp;

fn main() {
    let machine = Machine::single_threaded();
    let threads = thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    println!("| function | largest error | at |\n|---|---|---|");
    for function in &ulp::FUNCTIONS {
        let worst = thread::scope(|scope| {
            let parts = (0..threads).map(|part| {
                let machine = &machine;
                scope.spawn(move || {
                    let arguments = ((part << 32) / threads)..(((part + 1) << 32) / threads);
                    ulp::worst(function, machine, arguments.map(|bits| bits as u32))
                })
            });
            let parts: Vec<_> = parts.collect();
            parts
                .into_iter()
                .map(|part| part.join().expect("no result is out of range"))
                .fold(ulp::Worst::default(), ulp::Worst::or)
        });
        println!("| `{}` | {:.3} | {:e} |", function.name, worst.error, worst.at);
    }
}
