//! Packs the program's table of relocations where the system that builds it can load that: it is 4 MB of Polars's
//! vtables, read at every start, and a hundredth of that when packed.

#![expect(clippy::disallowed_methods, reason = "cargo tells a build script by the environment")]

use std::env::var;
use std::process::Command;

/// The first version of the GNU C library that loads packed relocations.
const FIRST: (u32, u32) = (2, 36);

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let at_home = var("HOST").ok() == var("TARGET").ok();
    let gnu = var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu")
        && var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    if at_home && gnu && libc_version().is_some_and(|version| version >= FIRST) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Version of the GNU C library here, as `getconf` says it: `glibc 2.36`.
fn libc_version() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
