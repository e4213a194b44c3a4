//! Renders every page in every state into a folder, to look at: `cargo run -p ui --example gallery -- DIR`.
//! Serve the folder with any static server, or hand it to `tests/browser/gallery.mjs`.

mod samples;
mod write;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1);
    let folder = PathBuf::from(folder.ok_or("give a folder to write into")?);
    write::write(&folder)
}
