//! What goes to PyTorch and comes back.

model Flowers {
    /// The sepal's length and width, the petal's length and width, in centimetres.
    input flower: f32[4];

    h1: dense(16) -> batch_norm -> elu;
    head: dense(3);

    output species: class[3];
}

train Flowers {
    data      = csv("../../examples/data/iris.csv", label = "species");
    normalize = standard;
    optimizer = adam(lr = 0.01);
    batch     = 16;
    epochs    = 30;
    seed      = 42;
}
