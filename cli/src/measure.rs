//! Time and speed: what `dlm bench` measures with.

use std::hint::black_box;
use std::time::Instant;

use dlm_kernels::Level;

/// Chunks whose median is taken.
const CHUNKS: usize = 9;

/// The mean time of a call in microseconds: the median of nine chunks that together take about `seconds`. `call` gets
/// the number of the call within its chunk.
pub fn median_micros(seconds: f64, mut call: impl FnMut(usize)) -> f64 {
    let mut timed = |calls: usize| {
        let start = Instant::now();
        (0..calls).for_each(&mut call);
        start.elapsed().as_secs_f64() / calls as f64
    };
    // Caches, branch predictors and clocks settle first.
    timed(20);
    let one = timed(10).max(1e-9);
    let calls = ((seconds / CHUNKS as f64 / one) as usize).max(1);
    let mut chunks: Vec<f64> = (0..CHUNKS).map(|_| timed(calls) * 1e6).collect();
    chunks.sort_by(f64::total_cmp);
    chunks[CHUNKS / 2]
}

/// Accumulators: enough to hide the latency of an addition at two a cycle, few enough for the registers of AVX2.
const ACCUMULATORS: usize = 12;

/// Prints a function that does so many rounds of one fused multiply-add on each accumulator, registers alone.
macro_rules! rounds {
    ($(#[$attribute:meta])* $visibility:vis $name:ident, $splat:expr, $fma:expr) => {
        $(#[$attribute])*
        $visibility fn $name(rounds: usize) {
            let factor = $splat(black_box(0.5f32));
            let mut sums = [factor; ACCUMULATORS];
            for _ in 0..rounds {
                for sum in &mut sums {
                    *sum = $fma(*sum, factor, factor);
                }
            }
            black_box(sums);
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use super::{ACCUMULATORS, black_box};
    use std::arch::x86_64::{_mm256_fmadd_ps, _mm256_set1_ps, _mm512_fmadd_ps, _mm512_set1_ps};

    rounds!(#[target_feature(enable = "avx512f")] pub(super) avx512, _mm512_set1_ps, _mm512_fmadd_ps);
    rounds!(#[target_feature(enable = "avx2,fma")] pub(super) avx2, _mm256_set1_ps, _mm256_fmadd_ps);
}

#[cfg(target_arch = "aarch64")]
rounds!(
    #[target_feature(enable = "neon")]
    neon,
    std::arch::aarch64::vdupq_n_f32,
    std::arch::aarch64::vfmaq_f32
);

rounds!(portable, |factor| factor, f32::mul_add);

/// Does so many rounds at an instruction set that this processor has; returns the floating-point operations done, two for
/// a multiply-add.
fn multiply_add(level: Level, rounds: usize) -> f64 {
    let lanes = match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => {
            // SAFETY: the caller says that this processor has it.
            unsafe { x86_64::avx512(rounds) };
            16
        }
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => {
            // SAFETY: as above.
            unsafe { x86_64::avx2(rounds) };
            8
        }
        #[cfg(target_arch = "aarch64")]
        Level::Neon => {
            // SAFETY: as above.
            unsafe { neon(rounds) };
            4
        }
        _ => {
            portable(rounds);
            1
        }
    };
    (2 * lanes * ACCUMULATORS * rounds) as f64
}

/// The most that one core does in fused multiply-adds on registers alone, in GFLOP/s (two operations each), at the
/// instruction set that models run at here. The best of some runs: other programs only slow it.
pub fn peak_gflops() -> f64 {
    let level = Level::detect();
    let runs = (0..20).map(|_| {
        let start = Instant::now();
        let operations = multiply_add(level, 200_000);
        operations / start.elapsed().as_secs_f64() / 1e9
    });
    runs.fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_near_the_time_of_a_call() {
        let wait = std::time::Duration::from_millis(1);
        let micros = median_micros(0.02, |_| std::thread::sleep(wait));
        assert!((1000.0..20_000.0).contains(&micros), "{micros}");
    }

    #[test]
    fn every_instruction_set_that_is_there_does_multiply_adds() {
        for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
            assert!(multiply_add(level, 10) >= (2 * ACCUMULATORS * 10) as f64, "{level:?}");
        }
        assert!(peak_gflops() > 0.0);
    }
}
