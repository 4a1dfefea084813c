//! The `dlm` command. All of it is in the library beside it.

fn main() -> std::process::ExitCode {
    dlm_cli::run(std::env::args_os())
}
