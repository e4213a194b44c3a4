//! Writes the simulated help desk log: `cargo run -p insight --example simulate [FILE]`, by default
//! to `examples/logs/helpdesk-simulated.xes.gz`. The same program always writes the same log.
#![expect(clippy::print_stdout, reason = "a command prints")]

mod simulation;

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use flate2::{Compression, GzBuilder};

const SHIPPED: &str = "../../examples/logs/helpdesk-simulated.xes.gz";

fn main() -> io::Result<()> {
    let shipped = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(SHIPPED);
    let path = std::env::args().nth(1).map_or_else(shipped, PathBuf::from);
    let log = simulation::run();
    // No name and no time in the header: the file changes only if the log does.
    let mut file = GzBuilder::new()
        .mtime(0)
        .write(File::create(&path)?, Compression::best());
    file.write_all(simulation::xes(&log).as_bytes())?;
    file.finish()?.sync_all()?;
    println!("{}: {} events", path.display(), log.len());
    Ok(())
}
