//! Rates of dropout.
model Net {
    input x: f32[20];
    dropout(0.6) -> dense(20) -> relu -> dropout(0.9);
//          ^^^ warning[W019]: `dropout(0.6)` keeps 40 % of the input
//                                               ^^^ warning[W019]: `dropout(0.9)` keeps 10 % of the values
    dense(20) -> relu -> dropout(rate = 1 - 1 / 1000);
//                                      ^^^^^^^^^^^^ warning[W019]: `dropout(0.999)` keeps 0.1 % of the values
    dense(20) -> relu -> dropout(0.75);
    #[allow(W019)]
    dense(20) -> relu -> dropout(0.8);
    dense(3);
    output y: class[3];
}

model Input {
    input x: f32[20];
    dropout(0.5) -> dense(20) -> relu -> dense(3);
    output y: class[3];
}
