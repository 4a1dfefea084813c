//! Times `product` at every level of this machine but the portable one (some 1 GFLOP/s) beside `matrixmultiply`, in GFLOP/s.
//!
//! `taskset -c 1 cargo run -p dlm-kernels --release --example product_speed`

use std::hint::black_box;
use std::time::Instant;

use dlm_kernels::{Level, Machine};

/// The operands of one product, stored as generated code stores them.
struct Product {
    m: usize,
    n: usize,
    k: usize,
    a_row: usize,
    a_depth: usize,
    a: Vec<f32>,
    b: Vec<f32>,
    c: Vec<f32>,
}

#[allow(missing_docs)]
mod timed {
    use super::{Product, black_box};
    use dlm_kernels::Machine;

    pub struct Call<'a> {
        pub machine: &'a Machine,
        pub product: &'a mut Product,
    }

    dlm_kernels::per_level! {
        entries { run(&mut Call<'_>) -> () }

        fn run(call: &mut Call<'_>) -> () {
            let Product { m, n, k, a_row, a_depth, a, b, c } = &mut *call.product;
            level::product(black_box(c), *n, a, *a_row, *a_depth, b, *n, *m, *n, *k);
        }
    }
}

impl Product {
    fn new(m: usize, n: usize, k: usize, transposed: bool) -> Product {
        let fill = |len: usize| (0..len).map(|i| (i % 17) as f32 / 17.0 - 0.5).collect();
        let (a_row, a_depth) = if transposed { (1, m) } else { (k, 1) };
        Product { m, n, k, a_row, a_depth, a: fill(m * k), b: fill(k * n), c: vec![0.0; m * n] }
    }

    fn matrixmultiply(&mut self) {
        let (m, n, k) = (self.m, self.n, self.k);
        // SAFETY: the sizes are those that the operands were made with.
        unsafe {
            matrixmultiply::sgemm(
                m,
                k,
                n,
                1.0,
                self.a.as_ptr(),
                self.a_row as isize,
                self.a_depth as isize,
                self.b.as_ptr(),
                n as isize,
                1,
                0.0,
                black_box(&mut self.c).as_mut_ptr(),
                n as isize,
                1,
            );
        }
    }
}

/// The best of several rounds, in GFLOP/s.
fn gflops(product: &mut Product, run: impl Fn(&mut Product)) -> f64 {
    let flops = 2.0 * (product.m * product.n * product.k) as f64;
    let repeats = (2e8 / flops).ceil().max(1.0) as usize;
    let rounds = (0..15).map(|_| {
        let start = Instant::now();
        for _ in 0..repeats {
            run(product);
        }
        start.elapsed().as_secs_f64() / repeats as f64
    });
    flops / rounds.fold(f64::INFINITY, f64::min) * 1e-9
}

fn main() {
    let levels: Vec<_> = Level::ALL.into_iter().rev().filter(|&level| level != Level::Portable && level.is_available()).collect();
    print!("| rows × columns × depth | first factor | matrixmultiply |");
    levels.iter().for_each(|level| print!(" {} |", level.name()));
    println!("\n|---|---|---|{}", "---|".repeat(levels.len()));
    let shapes = [
        (300, 64, 784),
        (100, 64, 300),
        (10, 64, 100),
        (784, 300, 64),
        (300, 100, 64),
        (128, 64, 64),
        (16, 32, 16),
        (100, 128, 100),
        (64, 256, 8),
        (1024, 256, 1024),
        (1024, 1024, 256),
        (512, 512, 512),
        (2048, 512, 2048),
        (4096, 128, 4096),
        (4096, 4096, 128),
        (2048, 2048, 512),
        (1, 300, 784),
        (1, 1024, 1024),
        (300, 1, 64),
        (64, 1, 300),
        (8, 64, 784),
        (8, 64, 64),
        (12, 64, 784),
        (24, 64, 784),
        (100, 100, 100),
        (33, 37, 41),
    ];
    for (m, n, k) in shapes {
        for transposed in [true, false] {
            if transposed && m == 1 {
                continue;
            }
            let mut product = Product::new(m, n, k, transposed);
            let layout = if transposed { "transposed" } else { "as is" };
            print!("| {m} × {n} × {k} | {layout} | {:.0} |", gflops(&mut product, Product::matrixmultiply));
            for &level in &levels {
                let machine = Machine::at_most(level);
                let speed = gflops(&mut product, |product| timed::run(&mut timed::Call { machine: &machine, product }));
                print!(" {speed:.0} |");
            }
            println!();
        }
    }
}
