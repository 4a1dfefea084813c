//! dropout before batch_norm and on outputs.
block Hidden(units, rate = 0.0) {
    dense(units) -> dropout(rate) -> relu -> batch_norm;
//                  ^^^^^^^ warning[W008]: `dropout` stands before `batch_norm`: the variance seen in training is not the one in prediction
//                                           ^^^^^^^^^^ warning[W004]: `batch_norm` stands after the activation `relu`
}

model Net {
    input x: f32[20];
    dropout(0.1) -> dense(20) -> batch_norm -> relu -> dropout(0.2);
    dense(20) -> dropout(0.2) -> batch_norm -> relu;
//               ^^^^^^^ warning[W008]: `dropout` stands before `batch_norm`: the variance seen in training is not the one in prediction
    #[allow(W004)]
    Hidden(20);
    Hidden(20, 0.3);
    dense(3) -> dropout(0.5);
//              ^^^^^^^ warning[W008]: `dropout` stands on an output: what is to be learned is dropped
    output y: class[3];
}
