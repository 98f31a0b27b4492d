//! What may be typed for `serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::super::args::{BeforehandArgs, ReadArgs};

#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct ServeArgs {
    #[command(flatten)]
    pub read: ReadArgs,
    #[command(flatten)]
    pub beforehand: BeforehandArgs,
    /// Address and port to listen on; any but one of this machine itself wants --token-file.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8025", help_heading = "Serving")]
    pub listen: SocketAddr,
    /// File whose first line a browser must know.
    #[arg(long, value_name = "FILE", help_heading = "Serving")]
    pub token_file: Option<PathBuf>,
    /// How long to wait before files are looked at again; what was added is then read.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = humantime::parse_duration, help_heading = "Serving")]
    pub refresh: Duration,
}
