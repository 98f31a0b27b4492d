//! `mailtrail sql`.

pub(super) mod args;
#[cfg(feature = "tables")]
pub(super) mod ask;
#[cfg(feature = "tables")]
mod logs;
#[cfg(feature = "tables")]
mod prompt;

#[cfg(feature = "tables")]
pub(super) use ask::run;

#[cfg(not(feature = "tables"))]
pub(super) fn run(_: &args::SqlArgs, _: &super::options::Environment) -> anyhow::Result<super::exit::Exit> {
    let how = "this build was made without it; `cargo build --release` with the feature `tables` has it";
    Err(super::options::Usage(format!("sql: {how}")).into())
}
