//! Checks of the repository that neither the compiler nor clippy makes.
//!
//! Promises: changes nothing; needs no database and no running server; says what to do instead.

mod arch;
mod deps;
mod files;
mod outcome;
mod workspace;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use outcome::Outcome;
use workspace::{Workspace, WorkspaceError};

/// Checks of the repository: what depends on what, how large files are, where dependencies come from.
///
/// Exit status: 0 where all holds, 1 where something is broken, 2 where it could not be checked.
#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo run -q -p xtask --")]
struct Arguments {
    #[command(subcommand)]
    check: Check,
}

#[derive(Subcommand)]
enum Check {
    /// The arrows between the crates: who may depend on whom.
    ///
    /// kernel <- crypto <- db <- audit, kernel <- crypto <- manifest, kernel <- ui, kernel <- shield;
    /// all of these but ui <- each domain; a domain never depends on a domain; domains and ui <- web
    /// <- server. testkit is a dev-dependency, of tests a normal one. examples/tracker stands alone.
    /// A new crate takes its place in xtask/src/arch.rs.
    Arch,
    /// Sizes of files, the promises of crates, and the names of migrations.
    ///
    /// A Rust file has at most 500 lines before its tests; those over 250 are listed. Each lib.rs
    /// opens with `//!` and has a paragraph that begins with "Promises:". A migration is called
    /// `NNNN_ROOM_WHAT.sql`, where the room is a crate, and no number is used twice.
    Files,
    /// Comments, licences, duplicates and use of dependencies.
    ///
    /// Each line of [workspace.dependencies] says what it is for and is used by a crate; each
    /// licence in the tree is permissive; each dependency of a crate is found in its code. A crate
    /// in several major versions is listed. Where a dependency is used without its name in the code,
    /// name it in the crate's `package.metadata.cargo-machete.ignored`.
    Deps,
    /// All of these.
    All,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments.check) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // Nowhere left to complain to if this fails.
            let _ = writeln!(io::stderr(), "xtask: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(check: &Check) -> Result<bool, WorkspaceError> {
    let workspace = Workspace::read()?;
    let outcomes = match check {
        Check::Arch => vec![arch::check(&workspace)],
        Check::Files => vec![files::check(&workspace)?],
        Check::Deps => vec![deps::check(&workspace)?],
        Check::All => {
            vec![
                arch::check(&workspace),
                files::check(&workspace)?,
                deps::check(&workspace)?,
            ]
        }
    };
    let mut out = io::stdout().lock();
    outcomes
        .iter()
        .try_for_each(|outcome| write!(out, "{outcome}"))
        .map_err(WorkspaceError::Output)?;
    Ok(outcomes.iter().all(Outcome::holds))
}
