//! `mailtrail topology explain`.

use std::io::{self, Write};

use super::args::TopologyExplainArgs;
use super::load::load;
use crate::cli::exit::Exit;
use crate::cli::options::{Environment, Usage};
use crate::cli::run::to_file;
use crate::cli::say;
use crate::output::escape::terminal;
use crate::output::file::Target;
use crate::output::report_text::wrapped;
use crate::topology::Topology;
use crate::topology::simulate::{Branch, Node, Outcome, Question, Simulation};

/// So many branches are printed.
const MOST: usize = 100;

pub(super) fn run(args: &TopologyExplainArgs, env: &Environment) -> anyhow::Result<Exit> {
    if !args.address.contains('@') && !args.address.contains(':') {
        return Err(Usage(format!("topology explain: '{}' is no address", args.address)).into());
    }
    let target = Target::open(args.output.output.as_deref(), args.output.force)?;
    let loaded = load(&args.topology)?;
    loaded.warn();
    let incomplete = loaded.is_incomplete();
    let topology = Topology::new(loaded.facts);
    let server = args.server.as_deref();
    if let Some(name) = server.filter(|s| topology.own_server(s.as_bytes()).is_none()) {
        say(&format!(
            "mailtrail: warning: --server: '{name}' is no server of these exports; its site is not known"
        ));
    }
    let simulation = topology.simulate(&Question { address: &args.address, size: args.size, server });
    let file = to_file(args.output.output.as_deref());
    let width = if file { 100 } else { env.width.clamp(60, 140) };
    target.write(|out| write(&topology, &simulation, width, out))?;
    Ok(if incomplete { Exit::Incomplete } else { Exit::Done })
}

fn write(topology: &Topology, simulation: &Simulation, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for (number, node) in simulation.nodes.iter().enumerate().take(MOST) {
        if number > 0 {
            writeln!(out)?;
        }
        heading(simulation, node, out)?;
        for (step, text) in (1..).zip(node.steps.iter().map(|s| (s.rule, &s.text))) {
            let head = format!("{step:>3}  {:18} ", text.0);
            hanging(&head, text.1, width, out)?;
        }
        if let Some(outcome) = &node.outcome {
            hanging("     => ", &end(topology, node, outcome), width, out)?;
        }
    }
    let hidden = simulation.nodes.len().saturating_sub(MOST) + simulation.left_out;
    if hidden > 0 {
        writeln!(out, "\n{hidden} more branches are not shown.")?;
    }
    unknown(simulation, width, out)
}

fn heading(simulation: &Simulation, node: &Node, out: &mut dyn Write) -> io::Result<()> {
    let parent = node.parent.and_then(|p| simulation.nodes.get(p)).map_or("", |p| &p.address);
    let address = terminal(&node.address);
    match node.branch {
        Branch::Asked => writeln!(out, "{address}"),
        Branch::Forwarded => writeln!(out, "{address}, forwarded by {}", terminal(parent)),
        Branch::Member => writeln!(out, "{address}, member of {}", terminal(parent)),
    }
}

fn end(topology: &Topology, node: &Node, outcome: &Outcome) -> String {
    let Some(decision) = outcome.decision else {
        let met = node.steps.last().is_some_and(|s| s.rule == "met-again");
        return if met { "ends here" } else { "not known from these exports" }.to_owned();
    };
    let mut text = format!("{}: {}", decision.as_str(), outcome.address);
    if let Some(connector) = outcome.connector.and_then(|c| topology.connector(c)) {
        text.push_str(&format!(" by send connector {}", connector.name));
    }
    if let Some(hop) = &outcome.next_hop {
        text.push_str(&format!(" to {hop}"));
    }
    text.push_str(&format!(" ({} confidence)", outcome.confidence.as_str()));
    text
}

/// What the exports leave open here, and what no export tells.
fn unknown(simulation: &Simulation, width: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nWhat the exports do not tell")?;
    for doubt in simulation.doubts().iter() {
        hanging("  - ", doubt.in_words(), width, out)?;
    }
    let all = "Transport rules, moderation, restrictions on senders and sizes, journaling and agents are in no export: \
               each may change this.";
    hanging("  - ", all, width, out)
}

/// Wraps a text behind a head, the lines after the first beneath its beginning.
fn hanging(head: &str, text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let room = head.chars().count();
    for (number, line) in wrapped(&terminal(text), width.saturating_sub(room).max(20)).iter().enumerate() {
        if number == 0 {
            writeln!(out, "{head}{line}")?;
        } else {
            writeln!(out, "{:room$}{line}", "")?;
        }
    }
    Ok(())
}
