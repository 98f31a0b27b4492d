//! The block about remote mailboxes whose mail goes astray.

use super::content::{Block, Lay, log, own};
use super::when::Clock;
use crate::model::remote_routing::{RemoteRouting, WrongTarget};
use crate::model::report::Report;
use crate::output::numbers::{counted, grouped};

/// A longer fix is not shown.
const LINES: usize = 60;

/// Empty where no exports tell.
pub(super) fn block(report: &Report, clock: &Clock) -> Option<Block> {
    let all = report.remote_routing.as_ref()?;
    let shown = all.wrong.first.iter().take(report.top);
    let columns = [
        ("remote mailbox", Lay::CutMiddle),
        ("remote routing address", Lay::CutMiddle),
        ("what is wrong", Lay::Wrap),
        ("messages", Lay::Right),
        ("first", Lay::Left),
        ("last", Lay::Left),
        ("went to", Lay::CutMiddle),
    ];
    let rows = shown.map(|row| {
        vec![
            log(&*row.address),
            log(row.remote_routing_address.as_deref().unwrap_or("-")),
            own(row.why),
            own(grouped(row.messages)),
            own(time(row.first_seen.as_ref(), clock)),
            own(time(row.last_seen.as_ref(), clock)),
            log(places(row)),
        ]
    });
    let listed = all.wrong.first.len().min(report.top);
    let first = if (listed as u64) < all.wrong.total {
        format!(" (the first {listed} of {}; --top shows more)", grouped(all.wrong.total))
    } else {
        String::new()
    };
    let title = format!("Remote routing addresses that are wrong now{first}");
    let code = if is_short(all) { &*all.fix } else { "" };
    Some(Block::new(title, &columns).note(note(all)).rows(rows).code(code))
}

fn note(all: &RemoteRouting) -> String {
    let of = counted(all.remote_mailboxes, "remote mailbox", "remote mailboxes");
    let astray = match all.messages {
        0 => "These logs show no mail for them".to_owned(),
        n => format!("{} for them went astray in these logs", counted(n, "message", "messages")),
    };
    let known = |row: &WrongTarget| row.should_be.is_some();
    let mend = match all.fix.is_empty() {
        true => "",
        false if !is_short(all) => {
            " What mends them is too long for here: it is `remote_routing.fix` of `--format json`."
        }
        false if all.wrong.first.iter().all(known) => " What stands below mends them all at once.",
        false => " What stands below mends what can be told from the exports.",
    };
    format!("{} of {of} in the exports. {astray}.{mend}", grouped(all.wrong.total))
}

/// Whether the fix can be read at a glance.
fn is_short(all: &RemoteRouting) -> bool {
    all.fix.lines().count() <= LINES
}

fn places(row: &WrongTarget) -> String {
    if row.went_to.is_empty() { "-".to_owned() } else { row.went_to.join(", ") }
}

fn time(time: Option<&String>, clock: &Clock) -> String {
    time.map_or_else(|| "-".to_owned(), |t| clock.minute(t))
}
