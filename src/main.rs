//! The door: hands the arguments to `cli` and its verdict to the shell.

mod allocator;

use std::process::ExitCode;

fn main() -> ExitCode {
    mailtrail::cli::main(std::env::args_os(), allocator::give_back_from)
}
