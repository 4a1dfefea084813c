model Net {
    input x: f32[8, 8, 1];
    input tokens: index[100, 20];
//                ^^^^^ error[E105]: `index` inputs are not supported yet
    a: tokens -> embedding(8) -> lstm(20);
//               ^^^^^^^^^ error[E105]: `embedding` is not supported yet
//                               ^^^^ error[E105]: `lstm` is not supported yet
    b: x -> convolution(16, kernel = 3) -> relu -> max_pool(2);
//          ^^^^^^^^^^^ error[E105]: `convolution` is not supported yet
//                                                 ^^^^^^^^ error[E105]: `max_pool` is not supported yet
    output y: f32[3] = b;
}
