//! `mailtrail topology import`, `check` and `explain`: what the exports of the configuration say.

pub(in crate::cli) mod args;
mod check;
mod explain;
mod import;
pub(in crate::cli) mod load;

use super::exit::Exit;
use super::options::Environment;
use args::TopologyVerb;

pub(super) fn run(verb: &TopologyVerb, env: &Environment) -> anyhow::Result<Exit> {
    match verb {
        TopologyVerb::Import(args) => import::run(args),
        TopologyVerb::Check(args) => check::run(args, env),
        TopologyVerb::Explain(args) => explain::run(args, env),
    }
}
