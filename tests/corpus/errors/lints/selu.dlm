//! selu without what it needs.
model Dropped {
    input x: f32[20];
    dense(20) -> selu -> dropout(0.1);
//                       ^^^^^^^ warning[W013]: `dropout` changes the variance that the `selu` before it keeps at 1
    dense(20) -> selu -> dropout(0.0) -> dense(20) -> elu -> dropout(0.2);
    #[allow(W013)]
    dense(20) -> selu -> dropout(0.1);
    dense(3);
    output y: class[3];
}

model Deep {
    input x: f32[20];
    repeat 3 { dense(20) -> selu; }
//             ^^^^^ warning[W013]: in flavour `pytorch` this `dense` begins with a third of the variance that `selu` needs after it
    dense(20, init = lecun_normal) -> selu;
    #[allow(W013)]
    dense(20) -> selu;
    dense(3);
    output y: class[3];
}

train Deep { flavor = keras; }
train Deep as Torch { flavor = pytorch; }

model Shallow {
    input x: f32[20];
    dense(20) -> selu -> dense(3);
    output y: class[3];
}

train Shallow { flavor = pytorch; }
