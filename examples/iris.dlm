//! Three species of iris, told apart by the lengths of their sepals and petals in centimetres.

model Iris {
    /// The sepal's length and width, the petal's length and width, in centimetres.
    input flower: f32[4];

    dense(16) -> elu -> dense(16) -> elu;
    dense(3);

    output species: class[3];
}

train Iris {
    data      = csv("data/iris.csv", label = "species");
    split     = (test = 0.2, stratify = true);
    normalize = standard;
    optimizer = adam(lr = 0.01);
    batch     = 16;
    epochs    = 60;
    seed      = 42;
}
