//! What `redact` may be told.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::args::{ReadArgs, When, size};

#[derive(Debug, Args)]
pub(in crate::cli) struct RedactArgs {
    /// Files, folders, globs, or - for standard input. Without any: the log folder of this Exchange server.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Folder for the logs under other names.
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// Secret that pseudonyms rest on, a file of 32 bytes or more: the same key gives the same pseudonyms in every run.
    /// Without it a key is drawn and forgotten.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Draw a key, keep it in this file, and use it.
    #[arg(long, value_name = "FILE", conflicts_with = "key_file")]
    pub new_key: Option<PathBuf>,
    /// Domain that keeps its name, also below it; repeatable.
    #[arg(long, value_name = "DOMAIN")]
    pub keep_domain: Vec<String>,
    /// What becomes of subjects: nothing stays, or equal ones stay equal.
    #[arg(long, value_enum, default_value_t = SubjectsName::Drop, value_name = "WHAT")]
    pub subjects: SubjectsName,
    /// Write into a folder that is not empty, and replace the manifest if it is there.
    #[arg(long)]
    pub force: bool,
    /// Write to this file what was read: each input with its SHA-256, as JSON.
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Memory that the search for mistyped domains may take, such as 512MiB; a quarter of the machine's if absent.
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Work")]
    pub memory: Option<u64>,
    /// Folder of the temporary file, if one is needed; the system's if absent.
    #[arg(long, value_name = "DIR", help_heading = "Work")]
    pub temp_dir: Option<PathBuf>,
    /// Threads; one per core if absent.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Bytes read at once; for tests.
    #[arg(long, value_name = "BYTES", hide = true, value_parser = clap::value_parser!(u32).range(1..=268_435_456))]
    pub chunk_size: Option<u32>,
    /// Nothing on standard error but errors.
    #[arg(long, short)]
    pub quiet: bool,
    /// More on standard error: each file with its build and columns.
    #[arg(long, short)]
    pub verbose: bool,
    /// Progress on standard error.
    #[arg(long, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub progress: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SubjectsName {
    Drop,
    Hash,
}

impl RedactArgs {
    /// What every verb that reads logs is told.
    pub(super) fn read(&self) -> ReadArgs {
        ReadArgs {
            paths: self.paths.clone(),
            manifest: self.manifest.clone(),
            memory: self.memory,
            temp_dir: self.temp_dir.clone(),
            threads: self.threads,
            chunk_size: self.chunk_size,
            quiet: self.quiet,
            verbose: self.verbose,
            progress: self.progress,
            ..ReadArgs::default()
        }
    }
}
