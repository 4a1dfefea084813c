//! Where the time of a step goes: how long each kernel takes, by what a program printed with marks tells.

use std::cell::RefCell;
use std::time::Instant;

/// The runs of one program: how many there were, and the time that each kernel took in them together, in nanoseconds.
struct Marks {
    last: Instant,
    nanos: Vec<u64>,
}

thread_local! {
    static MARKS: RefCell<Marks> = RefCell::new(Marks { last: Instant::now(), nanos: Vec::new() });
}

/// What a timed program calls: 0 before its first kernel, k + 1 after kernel k. Always on the thread that called the program.
pub extern "C" fn mark(done: usize) {
    MARKS.with_borrow_mut(|marks| {
        let now = Instant::now();
        if let Some(kernel) = done.checked_sub(1) {
            marks.nanos[kernel] += now.duration_since(marks.last).as_nanos() as u64;
        }
        marks.last = now;
    });
}

/// The times of so many kernels in microseconds a run, in the chunk of runs whose total is the median of `chunks`.
pub fn kernel_micros(kernels: usize, chunks: usize, runs: usize, mut run: impl FnMut(usize)) -> Vec<f64> {
    let mut chunk = || {
        MARKS.with_borrow_mut(|marks| marks.nanos = vec![0; kernels]);
        (0..runs).for_each(&mut run);
        MARKS.with_borrow(|marks| marks.nanos.iter().map(|nanos| *nanos as f64 / runs as f64 / 1e3).collect::<Vec<f64>>())
    };
    chunk();
    let mut all: Vec<Vec<f64>> = (0..chunks).map(|_| chunk()).collect();
    let total = |times: &Vec<f64>| times.iter().sum::<f64>();
    all.sort_by(|a, b| total(a).total_cmp(&total(b)));
    all.swap_remove(chunks / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kernel_gets_the_time_until_its_mark() {
        let wait = |millis| std::thread::sleep(std::time::Duration::from_millis(millis));
        let times = kernel_micros(2, 3, 2, |_| {
            mark(0);
            wait(1);
            mark(1);
            wait(3);
            mark(2);
        });
        assert!(times.len() == 2 && times[0] >= 1000.0 && times[1] >= 3000.0, "{times:?}");
    }
}
