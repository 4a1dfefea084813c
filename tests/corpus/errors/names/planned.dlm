//! Types that are still to come; names that are, are tested from the compiler's own lists.
model Net {
    input x: f32[8, 8, 1];
    input tokens: index[100, 20];
//                ^^^^^ error[E105]: `index` inputs are not supported yet
    a: tokens -> dense(8);
    b: x -> flatten -> dense(3);
    output y: f32[3] = b;
}
