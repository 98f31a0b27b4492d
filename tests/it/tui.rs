//! `tui` without a terminal. With one it is driven by `tests/tui/run`.

use std::process::{Command, Stdio};

#[test]
fn without_a_terminal_it_says_so_and_reads_nothing() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_mailtrail"));
    let run = program.args(["tui", "no/such/folder"]).stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&run.stderr);
    assert_eq!((run.status.code(), run.stdout.len()), (Some(2), 0), "{text}");
    let why = if cfg!(feature = "tui") { "tui needs a terminal" } else { "was made without it" };
    assert!(text.contains(why), "{text}");
}
