//! The organisation at work: it numbers messages, writes rows, and remembers what must be known at the end.

use std::io::{self, Write};
use std::rc::Rc;

use fastrand::Rng;

use super::files::{Family, Shelf};
use super::ledger::Ledger;
use super::mail::{Leaf, Mail, Sender, Way};
use super::names;
use super::quirks::Quirks;
use super::roll::Roll;
use super::rows::{Row, render};
use super::spool::Spool;
use super::stamp;
use super::truth::{Truth, write_findings};
use super::world::World;
use super::{Files, Made, Plan};

/// A message on one server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Copy {
    pub unit: usize,
    /// internal-message-id.
    pub id: u64,
    /// When it came to this server.
    pub since: i64,
    /// Rows written on this server may not be earlier than this.
    pub at: i64,
    /// It was submitted on this server.
    pub from_mailbox: bool,
}

impl Copy {
    /// The same copy at another time.
    pub(super) fn when(self, at: i64) -> Self {
        Self { at, ..self }
    }
}

/// The state of the whole.
pub(super) struct Exchange<'f> {
    pub world: Rc<World>,
    pub rng: Rng,
    pub ledger: Ledger,
    /// Whom and what faults need, for the exports.
    pub roll: Roll,
    pub plan: Plan,
    /// Last moment of the calendar.
    pub end: i64,
    /// Bytes of all rows planned so far.
    pub bytes: u64,
    made: Made,
    spool: Spool,
    shelf: Shelf<'f>,
    truth: Truth,
    /// Last internal-message-id of each server.
    ids: Vec<u64>,
    /// People who exist for a fault alone, for names that nobody else has.
    pub faults: u64,
}

impl<'f> Exchange<'f> {
    pub(super) fn new(plan: &Plan, end: i64, files: &'f mut dyn Files) -> Self {
        let mut rng = Rng::with_seed(plan.seed);
        let world = World::new(&mut rng, plan.organisation, plan.servers as usize, plan.size);
        let quirks = Quirks::new(rng.fork(), plan.quirks);
        let servers: Vec<_> = (0..=world.edge())
            .map(|n| world.unit(n))
            .map(|u| (u.hub.name.clone(), u.mailbox.name.clone(), u.release))
            .collect();
        let first_id = |n: usize| {
            let modern = world.unit(n).release.is_modern();
            if modern { 5_450_313_500_000 + ((n as u64) << 40) } else { 418_000 + n as u64 * 1_000_000 }
        };
        Self {
            ids: (0..=world.edge()).map(first_id).collect(),
            shelf: Shelf::new(files, &servers, quirks),
            world: Rc::new(world),
            rng,
            ledger: Ledger::default(),
            roll: Roll::default(),
            plan: *plan,
            end,
            bytes: 0,
            made: Made::default(),
            spool: Spool::default(),
            truth: Truth::default(),
            faults: 0,
        }
    }

    /// Nothing earlier than this will be planned any more.
    pub(super) fn advance(&mut self, now: i64, truth: &mut dyn Write) -> io::Result<()> {
        self.spool.advance(Some(now), &mut self.shelf)?;
        self.bytes += std::mem::take(&mut self.shelf.headers);
        self.truth.advance(Some(now), truth)
    }

    /// Writes all that waits, and gives what the exports tell of.
    pub(super) fn finish(
        mut self,
        truth: &mut dyn Write,
        findings: &mut dyn Write,
    ) -> io::Result<(Made, Rc<World>, Roll)> {
        self.spool.advance(None, &mut self.shelf)?;
        self.truth.advance(None, truth)?;
        let found = self.ledger.close();
        write_findings(&found, findings)?;
        (self.made.files, self.made.bytes) = self.shelf.close()?;
        self.made.leaves = self.truth.rows;
        self.made.findings = found.len() as u64;
        Ok((self.made, self.world, self.roll))
    }

    /// Writes a row of a server's log. `at` is the true time; the server's clock may be off.
    pub(super) fn emit(&mut self, mail: &mut Mail, unit: usize, family: Family, at: i64, row: &Row<'_>) {
        let server = self.world.unit(unit);
        let logged = at + server.skew;
        if counts(row) {
            mail.first_seen = mail.first_seen.min(logged);
            mail.last_seen = mail.last_seen.max(logged);
            mail.network_id_seen |= server.release.has_network_id();
        }
        self.ledger.wrote(&server.hub.name, logged);
        let mut line = self.spool.line();
        let log_id = stamp::timed_id(self.rng.u128(..), logged);
        render(&mut line, server.release, logged, mail, row, log_id);
        self.made.records += 1;
        self.bytes += line.len() as u64 + 2;
        self.spool.push(logged, Shelf::stream(unit, family), line);
    }

    /// The next internal-message-id of a server.
    pub(super) fn next_id(&mut self, unit: usize) -> u64 {
        let Some(last) = self.ids.get_mut(unit) else { return 0 };
        *last += 1 + self.rng.u64(0..3);
        *last
    }

    /// A number between two times.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        self.rng.i64(from..to.max(from + 1))
    }

    /// Whether a thing happens that happens once in so many times.
    pub(super) fn once_in(&mut self, times: u32) -> bool {
        self.rng.u32(0..times.max(1)) == 0
    }

    /// A message of somebody.
    pub(super) fn mail(&mut self, from: Sender, at: i64) -> Mail {
        let world = Rc::clone(&self.world);
        let random = self.rng.u128(..);
        let mut message_id = String::with_capacity(60);
        let (sender, direction, client_ip) = match &from {
            Sender::User(n) => {
                let server = world.unit(world.home(*n));
                message_id.push('<');
                stamp::hex(&mut message_id, random, 32);
                message_id.push('@');
                message_id.push_str(&server.mailbox.fqdn);
                (world.user(*n).address.clone(), "Originating", format!("10.0.9.{}", n % 250 + 2))
            }
            Sender::Outside(d, local) => {
                let domain = world.domain(*d);
                message_id.push_str("<CA");
                stamp::hex(&mut message_id, random, 24);
                message_id.push_str("@mail.");
                message_id.push_str(&domain.name);
                (format!("{local}@{}", domain.name), "Incoming", domain.ip.clone())
            }
            Sender::Nobody => {
                message_id.push('<');
                stamp::guid(&mut message_id, random);
                message_id.push_str("@contoso.com");
                (String::new(), "Originating", String::new())
            }
        };
        message_id.push('>');
        self.made.messages += 1;
        let mut subject = names::subject(&mut self.rng);
        if self.plan.quirks {
            self.oddities(&mut subject, &mut message_id, matches!(from, Sender::Outside(..)));
        }
        let size = self.size();
        Mail {
            serial: self.made.messages,
            message_id,
            network_id: stamp::timed_id(self.rng.u128(..), at),
            network_id_seen: false,
            subject,
            return_path: sender.clone(),
            sender,
            size,
            direction,
            client_ip,
            class: "normal",
            reference: None,
            from,
            origin: at,
            first_seen: i64::MAX,
            last_seen: i64::MIN,
            is_probe: false,
            leaves: Vec::new(),
        }
    }

    /// Texts that are odd and yet legal.
    fn oddities(&mut self, subject: &mut String, message_id: &mut String, from_outside: bool) {
        match self.rng.u32(0..60) {
            0..3 => subject.clear(),
            3 => subject.push_str("\r\nsecond line"),
            4 | 5 if from_outside => message_id.retain(|c| !matches!(c, '<' | '>')),
            _ => {}
        }
    }

    /// Most mail is small; all of it is below 900 KiB.
    fn size(&mut self) -> u64 {
        let base = self.rng.u64(2_000..40_000);
        if self.once_in(6) { base + self.rng.u64(0..860_000) } else { base }
    }

    /// A message is planned to its end.
    pub(super) fn done(&mut self, mail: &Mail) {
        if !mail.is_probe {
            // Nothing but memory is touched, which does not fail.
            drop(self.truth.add(mail));
        }
    }

    /// Notes that a leaf has no end.
    pub(super) fn leave_open(&mut self, mail: &mut Mail, leaf: Leaf) {
        self.ledger.open(&leaf.server, mail.last_seen, mail.serial);
        mail.leaves.push(leaf);
    }

    /// The short name of a server's transport machine.
    pub(super) fn hub(&self, unit: usize) -> String {
        self.world.unit(unit).hub.name.clone()
    }

    /// A leaf that ended on a server.
    pub(super) fn leaf(&self, way: Way, decision: &'static str, unit: usize) -> Leaf {
        Leaf::new(way, decision, &self.world.unit(unit).hub.name)
    }
}

/// Whether a row moves its message, so that its time counts.
fn counts(row: &Row<'_>) -> bool {
    !row.nameless
        && !matches!(
            row.event,
            "AGENTINFO"
                | "HARECEIVE"
                | "HAREDIRECT"
                | "HAREDIRECTFAIL"
                | "HADISCARD"
                | "RESUBMIT"
                | "LOAD"
                | "THROTTLE"
                | "DUPLICATEEXPAND"
                | "CONTOSOARCHIVED"
        )
        && row.source != "SAFETYNET"
}
