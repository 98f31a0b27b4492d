//! Logs that somebody looks into for a while: what verbs that answer one question after the other ask of them.
//!
//! They are read once, as for `report`; which messages there are of one kind is then told from what that reading
//! kept, and only what is shown of a message is read again.

pub(super) mod asked;
pub(super) mod line;
#[cfg(feature = "serve")]
mod on_pages;
#[cfg(feature = "tui")]
mod on_screens;
mod seals;

use std::sync::atomic::{AtomicU64, Ordering};

use super::args::{BeforehandArgs, OutputArgs, ReadArgs};
use super::beforehand::{Beforehand, Outcome};
use super::options::{Environment, Usage};
use super::run::Run;
use crate::findings::kind::Shown;
use crate::model::finding::Evidence;
use crate::model::journey::{Journey, Leaf};
use crate::model::report::Report;
use crate::output::lanes::Picture;
use crate::output::routes::{Context, Form, write_row};
use crate::pipeline::{Archive, Findings, Found, Needs, Raw, Watch, Whole, read_and_keep};
use asked::Asked;
use line::Line;
use seals::Seals;

/// How many rows lists of the report have; where there is a page of it, as many as `report` shows.
const TOP: usize = 100;
const ON_PAGE: usize = 10;

/// How far a reading has come, for who waits for it: bytes of all that lie there.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub done: AtomicU64,
    pub total: AtomicU64,
}

/// Logs that were read.
pub(super) struct Inquiry {
    run: Run,
    archive: Archive,
    seals: Seals,
    /// Every number of the report, and the findings, which are known by their places here.
    pub report: Report,
    /// What was known of findings beforehand.
    pub outcome: Outcome,
    /// Time zone of times that are asked for without one, and what the clock said.
    asking: (chrono_tz::Tz, chrono::DateTime<chrono::Utc>),
    no_subjects: bool,
}

impl Inquiry {
    /// Reads the logs, with what the page draws from if that is wanted, and tells how far it has come.
    pub(super) fn open_telling(
        (read, beforehand): (&ReadArgs, &BeforehandArgs),
        env: &Environment,
        page: bool,
        told: &Progress,
    ) -> anyhow::Result<Self> {
        if read.paths.iter().any(|path| path.as_os_str() == "-") {
            return Err(
                Usage("standard input cannot be read again; name a file or a folder".to_owned()).into()
            );
        }
        let beforehand = Beforehand::read(beforehand, read, env, Shown::Report)?;
        let needs = Needs { sums: true, page, findings: Findings::Samples, ..Needs::default() };
        let (mut archive, mut seals) = (None, Seals::default());
        let mut run =
            Run::read_by((read, &OutputArgs::default()), env, needs, |sources, options, progress| {
                options.thresholds = beforehand.thresholds();
                seals = Seals::of(&sources);
                told.total.store(sources.iter().map(|source| source.size).sum(), Ordering::Relaxed);
                let (reading, kept) = read_and_keep(sources, options, &|bytes| {
                    told.done.fetch_add(bytes, Ordering::Relaxed);
                    progress(bytes);
                })?;
                archive = Some(kept);
                Ok(reading)
            })?;
        let Some(archive) = archive else { anyhow::bail!("nothing was read") };
        let outcome = beforehand.apply(&mut run.reading.judged, &run.options.filter);
        let mut report = run.reading.report(if page { ON_PAGE } else { TOP });
        (report.known, report.baseline) = (outcome.known.clone(), outcome.comparison.clone());
        report.thresholds.clone_from(&outcome.thresholds);
        report.exports = run.exports();
        let asking = (super::options::zone(read)?, env.now);
        Ok(Self { run, archive, seals, report, outcome, asking, no_subjects: read.no_subjects })
    }

    /// The messages that are asked for, in order. Bytes are what is done where the logs are searched for a text.
    pub(super) fn find(&self, asked: &Asked, watch: &Watch) -> anyhow::Result<Vec<Found>> {
        let question = asked.question(self.asking, self.report.findings.len())?;
        Ok(self.archive.find(&self.run.reading, &question, watch)?)
    }

    /// Reads some messages with all that their rows say.
    pub(super) fn look(&self, some: &[Found]) -> anyhow::Result<Looked<'_>> {
        let whole = self.archive.whole(&self.run.reading, some)?;
        let outlines = self.archive.outlines(&self.run.reading, some);
        // What lost some of its rows would be told otherwise than it was.
        let as_read = |(now, then): (Option<Journey>, &Journey)| now.filter(|now| tells_the_same(now, then));
        let journeys = whole.journeys().into_iter().zip(&outlines).map(as_read).collect();
        let whom = some.iter().map(|one| one.whom().map(<[u8]>::to_vec)).collect();
        Ok(Looked { inquiry: self, whole, journeys, outlines, whom })
    }

    /// The row of the log that stands somewhere; `None` if no row begins there, or the file is not what was read.
    pub(super) fn raw(&self, at: &Evidence) -> anyhow::Result<Option<Raw>> {
        let Some(position) = self.archive.position(&at.file, at.line, at.offset) else { return Ok(None) };
        let raw = self.archive.raw(position);
        // Looked at afterwards: what was put in its place in between is seen too.
        if !self.seals.hold(&at.file) {
            return Ok(None);
        }
        Ok(raw?.filter(|raw| raw.line == at.line))
    }
}

/// Whether a message that was read again ends as it did.
fn tells_the_same(now: &Journey, then: &Journey) -> bool {
    let ends = |journey: &Journey| {
        let end =
            |leaf: &Leaf| (leaf.decision, leaf.last_seen, leaf.latency_ms, leaf.complete, leaf.hops.len());
        let mut ends: Vec<_> = journey.leaves.iter().map(end).collect();
        ends.sort_unstable();
        ends
    };
    now.first_seen == then.first_seen && ends(now) == ends(then)
}

/// Some messages, as their rows tell them.
pub(super) struct Looked<'i> {
    inquiry: &'i Inquiry,
    whole: Whole,
    journeys: Vec<Option<Journey>>,
    /// The same without their texts: what there is still to say of a message whose rows are gone.
    outlines: Vec<Journey>,
    /// Final address of the recipient that was asked for, if not any was.
    whom: Vec<Option<Vec<u8>>>,
}

impl Looked<'_> {
    fn context(&self) -> Context<'_> {
        let files = &self.inquiry.run.reading.files;
        Context { names: self.whole.names(), files, no_subjects: self.inquiry.no_subjects }
    }

    /// A line for each.
    pub(super) fn lines(&self) -> Vec<Line> {
        let reading = &self.inquiry.run.reading;
        let line = |((whole, outline), whom): ((&Option<Journey>, &Journey), &Option<Vec<u8>>)| {
            let whom = whom.as_deref();
            let kinds = reading.judged.kinds_of(outline, reading.state.names());
            match whole {
                Some(journey) => Line::of((journey, whom), &self.context(), kinds),
                None => {
                    let context = Context { names: reading.state.names(), ..self.context() };
                    Line { gone: true, ..Line::of((outline, whom), &context, kinds) }
                }
            }
        };
        self.journeys.iter().zip(&self.outlines).zip(&self.whom).map(line).collect()
    }

    /// The picture of each; `None` if its rows are not there any more.
    pub(super) fn pictures(&self) -> Vec<Option<Picture>> {
        let names = self.whole.names();
        let picture = |(journey, whom): (&Option<Journey>, &Option<Vec<u8>>)| {
            let asked =
                |leaf: &Leaf| whom.as_ref().is_none_or(|whom| names.get(leaf.final_recipient) == whom);
            journey.as_ref().map(|journey| Picture::of(&self.context(), journey, &asked))
        };
        self.journeys.iter().zip(&self.whom).map(picture).collect()
    }

    /// Their rows of `routes`; how many messages have some, since those that are gone have none.
    pub(super) fn write_rows(&self, form: Form, out: &mut Vec<u8>) -> anyhow::Result<u64> {
        let reading = &self.inquiry.run.reading;
        for (journey, outline) in self.journeys.iter().zip(&self.outlines) {
            let Some(journey) = journey else { continue };
            let kinds = reading.judged.kinds_of(outline, reading.state.names());
            for (number, leaf) in journey.leaves.iter().enumerate() {
                let kinds = kinds.get(number).map(Vec::as_slice).unwrap_or_default();
                write_row(&self.context(), (journey, leaf), kinds, form, out)?;
            }
        }
        Ok(self.journeys.iter().flatten().count() as u64)
    }
}
