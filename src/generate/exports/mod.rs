//! What an administrator of the organisation would export from it: domains, connectors, people, servers.
//!
//! They show the organisation as it is after the last message, with all that is wrong in it, and agree with what
//! the logs show. What is wrong elsewhere, in a rule or in another system, they do not show.

mod connectors;
mod organisation;
mod people;
mod sheet;

use std::io;

use fastrand::Rng;

use super::roll::Roll;
use super::world::World;
use super::{Files, Organisation, Plan};
use sheet::{Sheet, Style};

/// What the exports tell of.
struct Told<'a> {
    world: &'a World,
    roll: &'a Roll,
    organisation: Organisation,
}

impl Told<'_> {
    /// Exchange 2007 knows no cloud.
    fn is_hybrid(&self) -> bool {
        self.organisation != Organisation::E2007
    }
}

/// One file.
struct Export {
    name: &'static str,
    /// The type of its objects, without what stands before all of them.
    kind: &'static str,
    columns: &'static [&'static str],
    write: fn(&Told<'_>, &mut Sheet) -> io::Result<()>,
}

const EXPORTS: [&Export; 10] = [
    &organisation::ACCEPTED_DOMAINS,
    &connectors::SEND,
    &people::REMOTE_MAILBOXES,
    &people::MAILBOXES,
    &people::MAIL_USERS,
    &people::MAIL_CONTACTS,
    &people::GROUPS,
    &organisation::REMOTE_DOMAINS,
    &connectors::RECEIVE,
    &organisation::SERVERS,
];

/// Salt of the seed, so that logs are what they are without exports.
const SALT: u64 = 0x6578_706f_7274_7321;

/// Writes all exports into a folder beside the logs.
pub(super) fn write(plan: &Plan, world: &World, roll: &Roll, files: &mut dyn Files) -> io::Result<()> {
    let mut rng = Rng::with_seed(plan.seed ^ SALT);
    let told = Told { world, roll, organisation: plan.organisation };
    for export in EXPORTS {
        let style = Style::some(&mut rng, plan.quirks);
        let out = files.create(&format!("exports/{}.csv", export.name))?;
        let mut sheet = Sheet::new(out, style, (export.kind, export.columns))?;
        (export.write)(&told, &mut sheet)?;
        sheet.end()?;
    }
    Ok(())
}

/// As PowerShell prints it.
fn flag(is: bool) -> &'static str {
    if is { "True" } else { "False" }
}
