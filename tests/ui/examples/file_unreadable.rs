//! What is no file of the language.

dlm::model!("models/absent.dlm");
dlm::model!("/models/absolute.dlm");
dlm::model!("models/latin1.dlm");
dlm::model!(b"models/errors.dlm");
dlm::model!();

fn main() {}
