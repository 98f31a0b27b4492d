//! The door: hands the arguments to `cli` and its verdict to the shell.

use std::process::ExitCode;

fn main() -> ExitCode {
    mailtrail::cli::main(std::env::args_os())
}
