//! Prints what a training came to, and how long it took, on a thread with the stack that a main thread of Windows has.

fn main() {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(outside::train).expect("a thread starts");
    let (report, probability) = thread.join().expect("no panic").expect("it trains");
    println!("{} {probability} {}", report.validation.expect("a part").loss, report.seconds);
}
