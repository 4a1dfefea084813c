//! What the README shows is what there is.

const README: &str = include_str!("../README.md");

/// The first code block of this kind.
fn block(kind: &str) -> &'static str {
    let start = format!("```{kind}\n");
    let (_, rest) = README.split_once(&start).expect("the README has such a block");
    rest.split_once("```").expect("the block ends").0
}

#[test]
fn its_file_is_the_example() {
    assert_eq!(block("dlm"), include_str!("../examples/digits.dlm"));
}

#[test]
fn its_profile_is_that_of_the_package_that_is_built_outside() {
    let lines = |text: &str| -> Vec<String> {
        let plain = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim().to_owned());
        plain.skip_while(|line| line != "[profile.dev]").filter(|line| !line.is_empty()).collect()
    };
    assert_eq!(lines(block("toml")), ["[profile.dev]", "opt-level = 1"]);
    assert_eq!(lines(block("toml")), lines(include_str!("outside/Cargo.toml")));
}

#[test]
fn it_has_two_commands_where_ci_looks_for_them() {
    let (_, marked) = README.split_once("<!-- ci -->\n```sh\n").expect("the commands are marked");
    assert_eq!(marked.split_once("```").expect("the block ends").0.lines().count(), 2);
}
