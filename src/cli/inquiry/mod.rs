//! Logs that somebody looks into for a while: what verbs that answer one question after the other ask of them.
//!
//! They are read once, as for `report`; which messages there are of one kind is then told from what that reading
//! kept, and only what is shown of a message is read again.

pub(super) mod asked;
pub(super) mod line;

use super::args::{BeforehandArgs, OutputArgs, ReadArgs};
use super::beforehand::{Beforehand, Outcome};
use super::options::{Environment, Usage};
use super::report::write_page;
use super::run::Run;
use crate::findings::kind::Shown;
use crate::model::finding::Evidence;
use crate::model::intake::Position;
use crate::model::journey::{Journey, Leaf};
use crate::model::report::Report;
use crate::output::lanes::Picture;
use crate::output::routes::{Context, Form, write_row};
use crate::pipeline::{Archive, Findings, Found, Needs, Raw, Whole, read_and_keep};
use asked::Asked;
use line::Line;

/// How many rows lists of the report have.
const TOP: usize = 100;

/// Logs that were read.
pub(super) struct Inquiry {
    run: Run,
    archive: Archive,
    /// Every number of the report, and the findings, which are known by their places here.
    pub report: Report,
    /// What was known of findings beforehand.
    pub outcome: Outcome,
    /// Time zone of times that are asked for without one, and what the clock said.
    asking: (chrono_tz::Tz, chrono::DateTime<chrono::Utc>),
    no_subjects: bool,
}

impl Inquiry {
    /// Reads the logs, with what the page draws from if that is wanted.
    pub(super) fn open(
        (read, beforehand): (&ReadArgs, &BeforehandArgs),
        env: &Environment,
        page: bool,
    ) -> anyhow::Result<Self> {
        if read.paths.iter().any(|path| path.as_os_str() == "-") {
            return Err(
                Usage("standard input cannot be read again; name a file or a folder".to_owned()).into()
            );
        }
        let beforehand = Beforehand::read(beforehand, read, env, Shown::Report)?;
        let needs = Needs { sums: true, page, findings: Findings::Samples, ..Needs::default() };
        let mut archive = None;
        let mut run =
            Run::read_by((read, &OutputArgs::default()), env, needs, |sources, options, progress| {
                options.thresholds = beforehand.thresholds();
                let (reading, kept) = read_and_keep(sources, options, progress)?;
                archive = Some(kept);
                Ok(reading)
            })?;
        let Some(archive) = archive else { anyhow::bail!("nothing was read") };
        let outcome = beforehand.apply(&mut run.reading.judged, &run.options.filter);
        let mut report = run.reading.report(TOP);
        (report.known, report.baseline) = (outcome.known.clone(), outcome.comparison.clone());
        report.thresholds.clone_from(&outcome.thresholds);
        report.exports = run.exports();
        let asking = (super::options::zone(read)?, env.now);
        Ok(Self { run, archive, report, outcome, asking, no_subjects: read.no_subjects })
    }

    /// The report as a page.
    pub(super) fn page(&self) -> anyhow::Result<Vec<u8>> {
        let mut page = Vec::new();
        write_page(&self.report, &self.run.reading, self.no_subjects, &mut page)?;
        Ok(page)
    }

    /// The messages that are asked for, in order. `progress` is told bytes where the logs are searched for a text.
    pub(super) fn find(&self, asked: &Asked, progress: &(dyn Fn(u64) + Sync)) -> anyhow::Result<Vec<Found>> {
        let question = asked.question(self.asking, self.report.findings.len())?;
        Ok(self.archive.find(&self.run.reading, &question, progress)?)
    }

    /// The messages with this network-message-id or message-id.
    pub(super) fn named(&self, id: &str) -> anyhow::Result<Vec<Found>> {
        let found = self.find(&Asked::named(id), &|_| {})?;
        if asked::guid(id).is_some() {
            return Ok(found);
        }
        let is_it: Vec<bool> =
            self.look(&found)?.lines().iter().map(|line| asked::is_same(&line.message_id, id)).collect();
        Ok(found.into_iter().zip(is_it).filter_map(|(one, is_it)| is_it.then_some(one)).collect())
    }

    /// Reads some messages with all that their rows say.
    pub(super) fn look(&self, some: &[Found]) -> anyhow::Result<Looked<'_>> {
        let whole = self.archive.whole(&self.run.reading, some)?;
        let outlines = self.archive.outlines(&self.run.reading, some);
        let journeys = whole.journeys();
        Ok(Looked { inquiry: self, whole, journeys, outlines })
    }

    /// Lets a search end that goes on; whoever asked for it must not use what it gives.
    pub(super) fn give_up(&self) {
        self.archive.give_up();
    }

    /// Fails, with words for who typed it, where a question is none.
    pub(super) fn check(&self, asked: &Asked) -> Result<(), Usage> {
        asked.question(self.asking, self.report.findings.len()).map(drop)
    }

    /// Whether something that should have been read was not.
    pub(super) fn is_incomplete(&self) -> bool {
        self.run.reading.is_incomplete()
    }

    /// The row of the log at a place that a picture names; `None` if no row begins there any more.
    pub(super) fn row(&self, at: Position) -> anyhow::Result<Option<Raw>> {
        Ok(self.archive.raw(at)?)
    }

    /// The row of the log that stands somewhere; `None` if no row begins there any more.
    pub(super) fn raw(&self, at: &Evidence) -> anyhow::Result<Option<Raw>> {
        match self.archive.position(&at.file, at.line, at.offset) {
            Some(at) => Ok(self.archive.raw(at)?),
            None => Ok(None),
        }
    }
}

/// Some messages, as their rows tell them.
pub(super) struct Looked<'i> {
    inquiry: &'i Inquiry,
    whole: Whole,
    journeys: Vec<Option<Journey>>,
    /// The same without their texts: what there is still to say of a message whose rows are gone.
    outlines: Vec<Journey>,
}

impl Looked<'_> {
    fn context(&self) -> Context<'_> {
        let files = &self.inquiry.run.reading.files;
        Context { names: self.whole.names(), files, no_subjects: self.inquiry.no_subjects }
    }

    /// A line for each.
    pub(super) fn lines(&self) -> Vec<Line> {
        let reading = &self.inquiry.run.reading;
        let line = |(whole, outline): (&Option<Journey>, &Journey)| {
            let kinds = reading.judged.kinds_of(outline, reading.state.names());
            match whole {
                Some(journey) => Line::of(journey, &self.context(), kinds),
                None => {
                    let context = Context { names: reading.state.names(), ..self.context() };
                    Line { gone: true, ..Line::of(outline, &context, kinds) }
                }
            }
        };
        self.journeys.iter().zip(&self.outlines).map(line).collect()
    }

    /// The picture of each; `None` if its rows are not there any more.
    pub(super) fn pictures(&self) -> Vec<Option<Picture>> {
        let all = |_: &Leaf| true;
        self.journeys.iter().map(|j| j.as_ref().map(|j| Picture::of(&self.context(), j, &all))).collect()
    }

    /// Their rows of `routes`.
    pub(super) fn write_rows(&self, form: Form, out: &mut Vec<u8>) -> anyhow::Result<()> {
        let reading = &self.inquiry.run.reading;
        for (journey, outline) in self.journeys.iter().zip(&self.outlines) {
            let Some(journey) = journey else { continue };
            let kinds = reading.judged.kinds_of(outline, reading.state.names());
            for (number, leaf) in journey.leaves.iter().enumerate() {
                let kinds = kinds.get(number).map(Vec::as_slice).unwrap_or_default();
                write_row(&self.context(), (journey, leaf), kinds, form, out)?;
            }
        }
        Ok(())
    }
}
