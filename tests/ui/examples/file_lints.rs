//! A file's lints, too, stand at its name.

dlm::model!("models/lints.dlm",);

fn main() {}
