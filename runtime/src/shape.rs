//! Shapes as messages name them.

/// "f32\[28, 28\]", as a `.dlm` file writes it.
pub(crate) fn sample(shape: &[usize]) -> String {
    format!("f32{shape:?}")
}

/// "(64, 28, 28)", the shape of an array.
pub(crate) fn array(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    format!("({}{})", sizes.join(", "), if shape.len() == 1 { "," } else { "" })
}

/// "(rows, 28, 28)": any number of samples.
pub(crate) fn rows_of(shape: &[usize]) -> String {
    let sizes: Vec<String> = std::iter::once("rows".to_owned()).chain(shape.iter().map(usize::to_string)).collect();
    format!("({})", sizes.join(", "))
}

/// "1 row", "2 rows".
pub(crate) fn count(number: usize, noun: &str) -> String {
    match (number, noun) {
        (1, noun) => format!("1 {noun}"),
        (number, "class") => format!("{number} classes"),
        (number, noun) => format!("{number} {noun}s"),
    }
}
