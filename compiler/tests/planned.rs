//! Names that are still to come: each is refused by its name, with nothing else said of it.

mod rows;

use dlm_compiler::check;
use dlm_compiler::reference::{self, Planned};
use rows::calls::given;

/// A file that uses a name, and the code of what is said.
fn file(place: Planned, name: &str) -> (&'static str, String) {
    let net = "model M { input x: f32[4]; dense(3); output y: f32[3]; }";
    match place {
        Planned::Layer => {
            ("E105", format!("model M {{ input x: f32[8, 8, 1]; {name}(3) -> flatten -> dense(3); output y: f32[3]; }}"))
        }
        Planned::Setting => ("E207", format!("{net} train M {{ {name} = 1; }}")),
        Planned::For(setting) => ("E207", format!("{net} train M {{ {setting} = {name}(\"a\"); }}")),
        Planned::ArgumentOf(of) => {
            let tables = ["optimizers", "schedules", "losses", "clips", "normalisations", "sources"];
            let settings = ["optimizer", "schedule", "loss", "clip", "normalize", "data"];
            let row = |table| reference::signatures(table).into_iter().find(|signature| signature.name == of);
            let (setting, row) =
                tables.iter().zip(settings).find_map(|(table, setting)| Some((setting, row(table)?))).expect("a row");
            let arguments: Vec<String> = row.arguments.iter().take(1).map(given).chain([format!("{name} = 1")]).collect();
            ("E207", format!("{net} train M {{ {setting} = {of}({}); }}", arguments.join(", ")))
        }
    }
}

#[test]
fn each_is_refused_by_its_name() {
    for (place, name) in
        reference::planned_names().into_iter().flat_map(|(place, names)| names.iter().map(move |name| (place, *name)))
    {
        let (code, source) = file(place, name);
        let (program, found) = check(&source);
        let [told] = found.as_slice() else { panic!("{source}\n{found:#?}") };
        assert!(program.is_none() && told.code.0 == code, "{source}\n{told:#?}");
        assert_eq!(&source[told.primary.span.start..told.primary.span.end], name, "{source}");
        assert_eq!(told.message, format!("`{name}` is not supported yet"), "{source}");
    }
}

/// What other frameworks call a layer that is still to come is refused by the name that it has here.
#[test]
fn so_are_their_names_elsewhere() {
    let planned: Vec<&str> = reference::planned_names().iter().flat_map(|(_, names)| *names).copied().collect();
    for (written, name) in [("Conv2d", "convolution"), ("max_pooling2d", "max_pool"), ("MultiheadAttention", "attention")] {
        let (_, found) = check(&file(Planned::Layer, written).1);
        let told = found.iter().any(|told| told.message == format!("`{name}` is not supported yet"));
        assert_eq!(told, planned.contains(&name), "{written}: {found:#?}");
    }
}
