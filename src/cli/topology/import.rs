//! `mailtrail topology import`.

use super::args::TopologyImportArgs;
use super::load::load;
use crate::cli::exit::Exit;
use crate::cli::say;
use crate::output::file::Target;
use crate::topology::toml_file;

pub(super) fn run(args: &TopologyImportArgs) -> anyhow::Result<Exit> {
    let target = Target::open(args.output.output.as_deref(), args.output.force)?;
    let loaded = load(&args.paths)?;
    loaded.warn();
    let text = toml_file::write(&loaded.facts)?;
    target.write(|out| out.write_all(text.as_bytes()))?;
    if !args.quiet {
        let facts = &loaded.facts;
        say(&format!(
            "mailtrail: {} exports: {} recipients, {} accepted domains, {} send connectors, {} servers",
            facts.given.len(),
            facts.recipients.len(),
            facts.accepted_domains.len(),
            facts.send_connectors.len(),
            facts.servers.len()
        ));
    }
    Ok(if loaded.is_incomplete() { Exit::Incomplete } else { Exit::Done })
}
