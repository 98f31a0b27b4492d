//! The verbs of `topology` as a shell sees them. What they print of the exports in `tests/topology` stands in
//! `tests/topology/expected`; `UPDATE_TOPOLOGY=1 cargo test topology` writes it anew.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may fail where it stands"
)]

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

use mailtrail::topology::exports::CMDLETS;

const GOOD: &str = "tests/topology/contoso";
const WRONG: &str = "tests/topology/contoso-wrong";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Exit status, standard output, standard error.
fn run(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mailtrail"))
        .current_dir(root())
        .env("COLUMNS", "110")
        .env_remove("CLICOLOR_FORCE")
        .arg("topology")
        .args(args)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Compares what a run prints with the file of that name, or writes it.
fn hold(name: &str, code: i32, args: &[&str]) {
    let (ended, out, err) = run(args);
    assert_eq!(ended, code, "{args:?}: {err}");
    let out = if cfg!(windows) { out.replace('\\', "/") } else { out };
    let file = root().join("tests/topology/expected").join(name);
    if std::env::var_os("UPDATE_TOPOLOGY").is_some() {
        std::fs::write(&file, &out).unwrap();
        return;
    }
    let told = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    assert_eq!(told.replace("\r\n", "\n"), out, "{name}");
}

#[test]
fn what_is_wrong_in_the_exports() {
    hold("check.txt", 0, &["check", GOOD]);
    hold("check-wrong.txt", 3, &["check", WRONG]);
    hold("check-wrong.md", 3, &["check", WRONG, "--format=md"]);
    hold("check-wrong.jsonl", 3, &["check", WRONG, "--format=jsonl"]);
}

#[test]
fn what_exchange_should_do_step_by_step() {
    let explain = |name: &str, more: &[&str]| {
        let args = [&["explain"], more, &["--topology", GOOD]].concat();
        hold(name, 0, &args);
    };
    explain("explain-remote-mailbox.txt", &["Bob@contoso.com"]);
    explain("explain-other-address.txt", &["robert@fabrikam.com", "--server=EX3"]);
    explain("explain-shared-domain.txt", &["nobody@fabrikam.com"]);
    explain("explain-large.txt", &["nobody@fabrikam.com", "--size=30MiB"]);
    explain("explain-not-found.txt", &["nobody@contoso.com"]);
    explain("explain-forwarding.txt", &["desk@contoso.com"]);
    explain("explain-group.txt", &["team@contoso.com", "--size=1MiB"]);
    explain("explain-edge.txt", &["bob@contoso.com", "--server=EDGE1"]);
    hold("explain-own-target.txt", 3, &["explain", "bob@contoso.com", "--topology", WRONG]);
}

#[test]
fn the_file_says_what_the_exports_say() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("topology.toml").display().to_string();
    let (code, out, err) = run(&["import", GOOD, "-o", &file]);
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("12 exports") && err.contains("5 accepted domains"), "{err}");
    let of_file = run(&["explain", "team@contoso.com", "--topology", &file]);
    assert_eq!(of_file, run(&["explain", "team@contoso.com", "--topology", GOOD]));
    assert_eq!(run(&["import", GOOD, "-o", &file]).0, 1);
    assert_eq!(run(&["import", WRONG, "-o", &file, "--force", "--quiet"]).0, 3);
    let findings = |path: &str| run(&["check", path, "--format=jsonl"]).1;
    assert_eq!(findings(&file), findings(WRONG));
}

#[test]
fn encodings_show_nowhere() {
    let place = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(root().join(GOOD)).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut bytes = vec![0xFF, 0xFE];
        bytes.extend(text.replace('\n', "\r\n").encode_utf16().flat_map(u16::to_le_bytes));
        std::fs::write(place.path().join(path.file_name().unwrap()), bytes).unwrap();
    }
    let facts = |path: &str| {
        let out = run(&["import", path, "--quiet"]).1;
        out.lines().filter(|l| !l.starts_with("made")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(facts(&place.path().display().to_string()), facts(GOOD));
}

#[test]
fn how_it_ends() {
    assert_eq!(run(&["check", GOOD, "--fail-on=info"]).0, 0);
    assert_eq!(run(&["check", WRONG, "--fail-on=critical"]).0, 4);
    assert_eq!(run(&["check", "no-such-folder"]).0, 1);
    assert_eq!(run(&["check"]).0, 2);
    assert_eq!(run(&["explain", "nobody", "--topology", GOOD]).0, 2);
    let place = tempfile::tempdir().unwrap();
    let (code, _, err) = run(&["check", &place.path().display().to_string()]);
    assert!(code == 1 && err.contains(".csv"), "{err}");
    std::fs::write(place.path().join("topology.toml"), "accepted_domains = 5\n").unwrap();
    let (code, _, err) = run(&["check", &place.path().join("topology.toml").display().to_string()]);
    assert!(code == 1 && err.contains("topology.toml") && err.contains("line 1"), "{err}");
}

#[test]
fn hostile_names_are_shown_not_obeyed() {
    let place = tempfile::tempdir().unwrap();
    let csv = "Name,AddressSpaces,DNSRoutingEnabled,Enabled\n\"In\u{1b}[2Jter\u{202e}net'; Remove-Mailbox x\",SMTP:*;1,True,False\n";
    std::fs::write(place.path().join("SendConnector.csv"), csv).unwrap();
    std::fs::write(
        place.path().join("AcceptedDomain.csv"),
        "DomainName,DomainType\nx';Remove-Mailbox#.com,InternalRelay\n\"y.com\nRemove-Mailbox z\",InternalRelay\n",
    )
    .unwrap();
    let folder = place.path().display().to_string();
    for args in [
        &["check", &folder][..],
        &["check", &folder, "--format=md"],
        &["check", &folder, "--format=jsonl"],
        &["check", &folder, "--format=csv"],
        &["explain", "a\u{1b}[1m@x.com", "--topology", &folder],
    ] {
        let (_, out, err) = run(args);
        assert!(!out.contains(['\u{1b}', '\u{202e}']) && !err.contains('\u{1b}'), "{args:?}: {out}");
    }
    let (_, out, _) = run(&["check", &folder, "--format=jsonl"]);
    let finding: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    let fix = finding.get("fix").and_then(Value::as_str).unwrap();
    assert!(fix.contains("'SMTP:x'';remove-mailbox#.com;1'"), "{fix}");
}

#[test]
fn the_page_has_the_lines_that_make_the_exports() {
    let path: PathBuf = root().join("docs/TOPOLOGY.md");
    let page = std::fs::read_to_string(path).unwrap();
    for cmdlet in &CMDLETS {
        assert!(page.contains(cmdlet.export), "docs/TOPOLOGY.md lacks: {}", cmdlet.export);
    }
}
