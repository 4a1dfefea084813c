//! The checks that the kernels make once, before they use pointers.

/// Panics unless a matrix of `rows` rows of `cols` elements, `stride` apart, lies in `len` elements.
#[inline]
#[track_caller]
pub(crate) fn matrix(name: &str, len: usize, stride: usize, rows: usize, cols: usize) {
    if rows == 0 || cols == 0 {
        return;
    }
    let fits = (rows - 1).checked_mul(stride).and_then(|start| start.checked_add(cols)).is_some_and(|end| end <= len);
    if !fits || (stride < cols && rows > 1) {
        refuse(name, len, stride, rows, cols);
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn refuse(name: &str, len: usize, stride: usize, rows: usize, cols: usize) -> ! {
    panic!("{name} has {len} elements, too few for {rows} rows of {cols}, {stride} apart")
}

/// Panics unless all operands of a product are long enough.
#[inline]
#[track_caller]
pub(crate) fn product(
    c_len: usize,
    c_stride: usize,
    a_len: usize,
    a_row: usize,
    a_depth: usize,
    b_len: usize,
    b_stride: usize,
    m: usize,
    n: usize,
    k: usize,
) {
    matrix("c", c_len, c_stride, m, n);
    matrix("b", b_len, b_stride, k, n);
    if m == 0 || k == 0 {
        return;
    }
    let last = (m - 1).checked_mul(a_row).zip((k - 1).checked_mul(a_depth)).and_then(|(row, depth)| row.checked_add(depth));
    if last.is_none_or(|last| last >= a_len) {
        refuse_a(a_len, a_row, a_depth, m, k);
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn refuse_a(len: usize, row: usize, depth: usize, m: usize, k: usize) -> ! {
    panic!("a has {len} elements, too few for {m} rows, {row} apart, of {k} elements, {depth} apart")
}

/// Panics unless all operands of a load are long enough; gives the rows of its result.
#[inline]
#[track_caller]
pub(crate) fn load(
    dst_len: usize,
    stride: usize,
    src_len: usize,
    features: usize,
    first: usize,
    shift_len: usize,
    scale_len: usize,
    n: usize,
) -> usize {
    assert!(stride > 0 && dst_len.is_multiple_of(stride), "dst has {dst_len} elements, no whole number of rows of {stride}");
    assert!(n <= stride, "dst has rows of {stride} elements, too few for {n} samples");
    let rows = dst_len / stride;
    let end = first.checked_add(rows).filter(|&end| end <= features);
    let Some(end) = end else { panic!("dst has {rows} features from {first} on, src has {features}") };
    matrix("src", src_len, features, n, features);
    assert!(shift_len >= end, "shift has {shift_len} elements, too few for {end} features");
    assert!(scale_len >= end, "scale has {scale_len} elements, too few for {end} features");
    rows
}
