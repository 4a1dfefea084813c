//! `dlm explain`: the page of a code, or all codes.

use dlm_dsl::codes;
use serde_json::json;

use crate::args::Explain;
use crate::console::Console;
use crate::failure::Failure;

/// Prints a code's page, or the list of all codes.
pub fn run(arguments: &Explain, console: &Console) -> Result<(), Failure> {
    let Some(wanted) = &arguments.code else { return list(console) };
    let Some(info) = codes::explain(wanted) else {
        let known = codes::ALL.iter().map(|info| info.code.0);
        let help = match dlm_dsl::names::closest(&wanted.to_uppercase(), known) {
            Some(similar) => format!("did you mean `{similar}`? `dlm explain` lists all codes"),
            None => "`dlm explain` lists all codes".to_owned(),
        };
        return Err(Failure::usage(format!("there is no code `{wanted}`"), help));
    };
    if console.json() {
        return console.result(object(info, true));
    }
    console.raw_result(info.page)
}

fn list(console: &Console) -> Result<(), Failure> {
    codes::ALL.iter().try_for_each(|info| {
        if console.json() {
            console.result(object(info, false))
        } else {
            console.result(format_args!("{}  {}", info.code.0, info.summary))
        }
    })
}

fn object(info: &codes::CodeInfo, page: bool) -> serde_json::Value {
    let mut object = json!({ "code": info.code.0, "name": info.name, "summary": info.summary });
    if page {
        object["page"] = json!(info.page);
    }
    object
}
