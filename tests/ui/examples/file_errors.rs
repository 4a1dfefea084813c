//! A file's errors stand at its name, with the place and the lines of the file.

dlm::model!("models/errors.dlm");

fn main() {}
