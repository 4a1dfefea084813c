//! The progression of diabetes one year on, from ten measures of a patient: a regression.

model Diabetes {
    /// Age, sex, body mass index, blood pressure and six measures of blood serum, each in its own unit.
    input patient: f32[10];

    dense(32, init = he_normal) -> elu;
    dense(16, init = he_normal) -> elu;
    dense(1);

    /// From 25 to 346 in the data, which the model learns as mean 0 and deviation 1 and gives back as it was.
    output progression: f32[1];
}

train Diabetes {
    data      = csv("data/diabetes.csv", label = "progression");
    split     = (test = 0.2);
    normalize = standard; // the measures' units differ by orders of magnitude

    loss      = mse;
    optimizer = adamw(lr = 0.003, decay = 1); // the patients are few, so weights are kept small
    schedule  = exponential(rate = 0.97, every = epochs(1));

    batch     = 32;
    epochs    = 60;
    seed      = 42;
}
