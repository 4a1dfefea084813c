//! The description of a model that `model!` prints and the one that the command builds are the same.

mod support;

use dlm_compiler::compile::{CompileOptions, compile};

dlm::model!("examples/digits.dlm");
dlm::model!("examples/iris.dlm");
dlm::model!("examples/diabetes.dlm");
dlm::model!("examples/mnist.dlm");
dlm::model!("tests/corpus/models/branches.dlm");

#[test]
fn both_descriptions_agree() {
    let printed = [
        ("digits", digits::PROGRAM.spec),
        ("iris", iris::PROGRAM.spec),
        ("diabetes", diabetes::PROGRAM.spec),
        ("mnist", mnist::PROGRAM.spec),
        ("branches", branches::PROGRAM.spec),
    ];
    for (stem, spec) in printed {
        let (_, source) = support::sources().into_iter().find(|(name, _)| name == stem).expect("the file is there");
        let program = support::program(stem, &source);
        let compiled = compile(&program.models[0].units[0], CompileOptions::default());
        assert_eq!(format!("{spec:#?}"), format!("{:#?}", dlm_compiler::describe::describe(&compiled)), "{stem}.dlm");
    }
}
