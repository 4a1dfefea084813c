//! Files that unpack to far more than they are, or promise to: they are refused in little memory. A test of its own file, since
//! it measures all that the process allocates.
#![cfg(feature = "files")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use common::{CLASSIFIER, CLASSIFY, LINEAR};
use dlm_runtime::data::{load, load_inputs};
use dlm_runtime::{DataSpec, Error, FeatureNames, InputSpec, Spec};

struct Measuring;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Measuring = Measuring;

// SAFETY: all is passed on to the system's allocator.
unsafe impl GlobalAlloc for Measuring {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// One test at a time: what another allocates would be measured too.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What a bomb unpacks to.
const UNPACKED: usize = 64 << 20;
/// The most that a reader may hold at once of a file that it refuses.
const MOST: usize = 16 << 20;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// Writes `begin`, and then a text again and again, compressed. (Compressed files one after the other are one.)
fn bomb(path: &Path, begin: &[u8], again: &[u8]) {
    let block = again.repeat((1 << 20) / again.len());
    let packed = [gzip(begin), gzip(&block).repeat(UNPACKED / block.len())].concat();
    assert!(packed.len() < 1 << 20, "{} bytes are no bomb", packed.len());
    fs::write(path, packed).unwrap();
}

/// Calls `f`, and fails if that takes more memory than a refusal may. Returns the error's code and message.
fn refused<T: std::fmt::Debug>(f: impl FnOnce() -> Result<T, Error>) -> (&'static str, String) {
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let error = f().unwrap_err();
    let peak = PEAK.load(Ordering::Relaxed) - before;
    assert!(peak < MOST, "{peak} bytes for {error}");
    (error.code(), error.to_string())
}

const CSV: DataSpec =
    DataSpec::Csv { path: "x.csv.gz", labels: &[&["kind"]], features: &[], weight: None, header: None, delimiter: ',' };

fn refused_csv(begin: &str, again: &str) -> (&'static str, String) {
    let folder = tempfile::tempdir().unwrap();
    bomb(&folder.path().join("x.csv.gz"), begin.as_bytes(), again.as_bytes());
    let known = FeatureNames::default();
    let of_inputs = refused(|| load_inputs(&CSV, folder.path(), &CLASSIFIER.spec, &known));
    assert_eq!(of_inputs, refused(|| load(&CSV, folder.path(), &CLASSIFIER.spec)));
    of_inputs
}

#[test]
fn lines_and_cells_without_end_are_refused() {
    let _alone = alone();
    for (begin, again) in [
        ("", ","),                            // columns
        ("length,width,kind\n1,2,", "x"),     // a cell
        ("length,width,kind\n1,2,\"", "x\n"), // a cell in quotes
        ("length,width,kind\n1,2,", "\"\","), // cells of a row
        ("length,width,kind,", "more,"),      // names
    ] {
        let (code, message) = refused_csv(begin, again);
        assert!(code == "E302" && message.contains("has more than 10"), "{message}");
    }
}

#[test]
fn what_is_read_to_its_end_and_then_refused_is_not_kept() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let code = |begin: &str, again: &str| {
        // Not compressed: what is not optimised unpacks slowly.
        let _ = fs::remove_file(folder.path().join("x.csv.gz"));
        fs::write(folder.path().join("x.csv.gz"), begin.to_owned() + &again.repeat(UNPACKED / again.len())).unwrap();
        refused(|| load(&CSV, folder.path(), &CLASSIFIER.spec)).0
    };
    assert_eq!(code("", "\n"), "E302");
    assert_eq!(code("length,width,kind\n", "x,y,a\n"), "E305");
    assert_eq!(code("length,width,more,kind\n", "1,2,3,a\n"), "E304");
}

#[test]
fn classes_without_end_are_refused() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..70_000).map(|class| format!("1,2,k{class}\n")).collect();
    fs::write(folder.path().join("x.csv.gz"), gzip(format!("length,width,kind\n{rows}").as_bytes())).unwrap();
    let (code, message) = refused(|| load(&CSV, folder.path(), &CLASSIFIER.spec));
    let expected = "up to line 65538 column `kind` holds 65537 different texts: too many to be classes";
    assert!(code == "E304" && message.ends_with(expected), "{message}");
}

const IDX: DataSpec = DataSpec::Idx { images: "images", labels: "labels" };
const IMAGE: &[InputSpec] = &[InputSpec { name: "image", shape: &[2, 3], shift: 0, scale: 6 }];
const DIGITS: Spec = Spec { model: "Digits", inputs: IMAGE, ..CLASSIFY.spec };

#[test]
fn what_an_idx_header_promises_is_not_believed() {
    let _alone = alone();
    let header = |kind: u8, sizes: &[u32]| {
        let sizes = sizes.iter().flat_map(|size| size.to_be_bytes());
        [0, 0, kind, (sizes.clone().count() / 4) as u8].into_iter().chain(sizes).collect::<Vec<u8>>()
    };
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("images");
    let inputs = || refused(|| load_inputs(&IDX, folder.path(), &DIGITS, &FeatureNames::default()));
    // Another shape than the model's, however much of it there is.
    bomb(&images, &header(8, &[1, 1 << 13, 1 << 13]), &[0]);
    assert_eq!(inputs().0, "E304");
    // More than may be held.
    bomb(&images, &header(8, &[1 << 30, 2, 3]), &[0]);
    let (code, message) = inputs();
    let expected =
        "images: has values in the shape (1073741824, 2, 3), which take 24.0 GiB of memory, more than the 2.0 GiB that they may";
    assert!(code == "E307" && message.ends_with(expected), "{message}");
    // Fewer than there are.
    bomb(&images, &header(8, &[2, 2, 3]), &[0]);
    let (code, message) = inputs();
    assert!(code == "E307" && message.ends_with("in the shape (2, 2, 3) found 65548 bytes or more"), "{message}");
    // More than there are: what is not there takes no memory.
    fs::write(&images, gzip(&header(8, &[80_000_000, 2, 3]))).unwrap();
    assert!(inputs().1.contains("is cut short"));
    fs::write(&images, header(14, &[u32::MAX, 2, 3])).unwrap();
    assert!(inputs().1.contains("is cut short"));
}

#[test]
fn what_is_read_takes_little_more_than_its_values() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let rows = 100_000;
    fs::write(folder.path().join("x.csv"), "a,b,y\n".to_owned() + &"1.25,2.5,3\n".repeat(rows)).unwrap();
    let data = DataSpec::Csv { path: "x.csv", labels: &[&["y"]], features: &[], weight: None, header: None, delimiter: ',' };
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let data = load(&data, folder.path(), &LINEAR.spec).unwrap();
    let peak = PEAK.load(Ordering::Relaxed) - before;
    assert_eq!(data.rows(), rows);
    // A growing list takes up to three times what is in it while it grows; and the ids of a column are looked for in a copy.
    assert!(peak < 3 * rows * 3 * size_of::<f32>() + (2 << 20), "{peak}");
}
