//! What the documents say of the kinds of findings and of formats is what the code says. The parts that are written here
//! follow the code with `UPDATE_DOCS=1 cargo test documents`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test may fail where it stands"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use mailtrail::findings::kind::{KINDS, Kind, Shown};
use mailtrail::findings::thresholds::{NUMBERS, Thresholds};
use mailtrail::model::column::ALL;
use mailtrail::model::event::EventId;
use mailtrail::model::threshold::Setting;
use mailtrail::output::events::Form;
use mailtrail::output::events::table::From;
use mailtrail::output::events::words::{Ending, WORDS};
use mailtrail::output::report_prometheus::{Bound, METRICS};
use mailtrail::tables::schema::Table;

/// Begins the part that is written here.
const BEGIN: &str = "<!-- From here on written by a test: UPDATE_DOCS=1 cargo test documents -->\n";
/// Begins the table of thresholds.
const THRESHOLDS: &str = "<!-- Thresholds, written by a test: UPDATE_DOCS=1 cargo test documents -->\n";
/// Ends it, where the document goes on.
const END: &str = "<!-- Until here -->\n";

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Compares the written part of a document, or writes it.
fn hold(name: &str, part: &str) {
    hold_from(name, BEGIN, part);
}

/// The same with another beginning.
fn hold_from(name: &str, begin: &str, part: &str) {
    let text = std::fs::read_to_string(path(name)).unwrap().replace("\r\n", "\n");
    let (before, rest) = text.split_once(begin).unwrap_or_else(|| panic!("{name} has no place for it"));
    let (old, after) = rest.split_once(END).map_or((rest, String::new()), |(o, a)| (o, format!("{END}{a}")));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path(name), format!("{before}{begin}{part}{after}")).unwrap();
    } else {
        assert!(old == part, "{name} is behind the code; UPDATE_DOCS=1 cargo test documents writes it anew");
    }
}

/// A text of a kind as Markdown.
fn plain(text: &str) -> String {
    text.replace('<', "\\<")
}

fn section(kind: &Kind) -> String {
    let mut out = format!("\n### `{}`: {}\n\n", kind.id, plain(kind.title));
    let verb = match kind.shown {
        Shown::Report => "`report`".to_owned(),
        shown => format!("`{}` and `report`", shown.as_str()),
    };
    let (severity, confidence) = (kind.severity.as_str(), kind.confidence.as_str());
    writeln!(out, "Shown by {verb}. Usually {severity} severity, {confidence} confidence.\n").unwrap();
    writeln!(out, "- **What it means.** {}", plain(kind.means)).unwrap();
    writeln!(out, "- **How it is proved.** {}", plain(kind.proof)).unwrap();
    writeln!(out, "- **What mends it.** {}", plain(kind.mend)).unwrap();
    if !kind.caused_by.is_empty() {
        let causes: Vec<String> = kind.caused_by.iter().map(|c| format!("`{c}`")).collect();
        writeln!(out, "- **Often caused by** {}.", causes.join(", ")).unwrap();
    }
    out
}

fn thresholds() -> String {
    let mut out =
        "\n| key | unit | default | from, to | what it is | kinds |\n|---|---|---|---|---|---|\n".to_owned();
    for number in NUMBERS {
        let (least, most) = number.range();
        let usual = number.of(&Thresholds::default());
        let unit = match usual {
            Setting::Count(_) => "how many",
            Setting::Time(_) => "time",
            Setting::Size(_) => "size",
        };
        let kinds: Vec<String> = number.kinds.iter().map(|k| format!("`{k}`")).collect();
        let (means, kinds) = (number.means.trim(), kinds.join(", "));
        writeln!(out, "| `{}` | {unit} | {usual} | {least}, {most} | {means} | {kinds} |", number.key())
            .unwrap();
    }
    out.push('\n');
    out
}

#[test]
fn the_page_of_findings_says_what_the_code_says() {
    // One after the other: both write to one file.
    hold_from("docs/FINDINGS.md", THRESHOLDS, &thresholds());
    hold("docs/FINDINGS.md", &KINDS.iter().map(|k| section(k)).collect::<String>());
}

/// What a field is taken from.
fn taken(from: &From) -> String {
    let column = from.column().and_then(|c| ALL.get(c as usize)).map_or("", |(_, name)| name);
    match from {
        From::Text(text) => format!("always `{text}`"),
        From::Number(n) => format!("always {n}"),
        From::Only(text) => format!("always a list of `{text}`"),
        From::Column(_) => format!("`{column}`"),
        From::Digits(_) => format!("`{column}`, as text"),
        From::Ip(_) => format!("`{column}`, if it is an IP address"),
        From::Ips(_) => format!("`{column}`, if it is an IP address, as a list"),
        From::Address(_) => format!("`{column}`, if it is an address"),
        From::Single(_) => format!("`{column}`, as a list"),
        From::Always(_) => format!("`{column}`; an empty list if it is empty"),
        From::Made(of, _) => (*of).to_owned(),
        From::Unparsed => "columns that do not fit, as `{name, value}`".to_owned(),
        From::Other => "columns that are not known, as `{name, value}`".to_owned(),
    }
}

fn fields(form: Form) -> String {
    let mut out = "\n| field | from |\n|---|---|\n".to_owned();
    for field in form.fields() {
        writeln!(out, "| `{}` | {} |", field.name, taken(&field.from)).unwrap();
    }
    out.push('\n');
    out
}

fn events() -> String {
    let mut out = "\n| event-id | in `message` | outcome |\n|---|---|---|\n".to_owned();
    for word in WORDS {
        let ending = match word.ending {
            Ending::Done => "success",
            Ending::Failed => "failure",
            Ending::ByStatus => "by status",
            Ending::Open => "unknown",
            Ending::Note => "note",
        };
        let known = word.event != EventId::Other;
        let event = if known { format!("`{}`", word.event.as_str()) } else { "any other".to_owned() };
        writeln!(out, "| {event} | {} | {ending} |", word.did).unwrap();
    }
    out.push('\n');
    out
}

fn metrics() -> String {
    let mut out = "\n| metric | labels | what |\n|---|---|---|\n".to_owned();
    for metric in METRICS {
        let mut labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        labels.extend((metric.bound == Bound::Top).then(|| "*top*".to_owned()));
        writeln!(out, "| `{}` | {} | {} |", metric.name, labels.join(", "), metric.help).unwrap();
    }
    out.push('\n');
    out
}

#[test]
fn the_page_of_formats_says_what_the_code_says() {
    for (name, part) in [
        ("Events", events()),
        ("ecs", fields(Form::Ecs)),
        ("ocsf", fields(Form::Ocsf)),
        ("timesketch", fields(Form::Timesketch)),
        ("splunk", fields(Form::Splunk)),
        ("prometheus", metrics()),
    ] {
        let begin = format!("<!-- {name}, written by a test: UPDATE_DOCS=1 cargo test documents -->\n");
        hold_from("docs/FORMATS.md", &begin, &part);
    }
    let text = std::fs::read_to_string(path("docs/FORMATS.md")).unwrap();
    for version in [mailtrail::output::events::ecs::VERSION, mailtrail::output::events::ocsf::VERSION] {
        assert!(text.contains(version), "docs/FORMATS.md does not name {version}");
    }
}

#[test]
fn the_table_of_kinds_in_the_readme_says_what_the_code_says() {
    let mut table = "\n| kind | what | verb |\n|---|---|---|\n".to_owned();
    for shown in [Shown::Misroutes, Shown::Loops, Shown::Report] {
        for kind in KINDS.iter().filter(|k| k.shown == shown) {
            writeln!(table, "| `{}` | {} | `{}` |", kind.id, plain(kind.title), shown.as_str()).unwrap();
        }
    }
    table.push('\n');
    hold("README.md", &table);
}

#[test]
fn the_interface_names_every_column_of_findings_in_order() {
    let text = std::fs::read_to_string(path("docs/INTERFACE.md")).unwrap();
    for (heading, columns) in [
        ("### The row of a finding", &mailtrail::output::findings::COLUMNS[..]),
        ("### The row of a message", &mailtrail::output::findings::INSTANCE_COLUMNS[..]),
    ] {
        let section = text.split(heading).nth(1).unwrap_or_else(|| panic!("no section {heading}"));
        let table = section.lines().skip_while(|l| !l.starts_with('|')).take_while(|l| l.starts_with('|'));
        let names: Vec<&str> = table
            .skip(2)
            .filter_map(|line| line.split('|').nth(1))
            .flat_map(|cell| cell.split('`').skip(1).step_by(2))
            .collect();
        assert_eq!(names, columns, "{heading}");
    }
}

#[test]
fn the_schema_is_that_of_the_tables() {
    let mut part = String::new();
    for table in Table::ALL {
        writeln!(part, "\n## `{}`\n\n{}\n", table.name(), table.words()).unwrap();
        part.push_str("| column | type | |\n|---|---|---|\n");
        for column in table.columns() {
            let kind = column.kind.name();
            writeln!(part, "| `{}` | {kind} | {} |", column.name, column.words).unwrap();
        }
    }
    hold("docs/SCHEMA.md", &part);
}
