use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::samples::{self, Ink};

/// Writes every page and fragment, what they are made of, and a list of them.
pub(crate) fn write(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder.join("assets"))?;
    for asset in ui::assets::all() {
        fs::write(folder.join("assets").join(&asset.file_name), &asset.bytes)?;
    }
    let pages = samples::pages(&Ink::plain());
    let mut names = Vec::new();
    for (name, html) in pages {
        // The samples' clock stands still; the page's script would let it run.
        let html = html?.replacen("<html ", "<html data-still ", 1);
        fs::write(folder.join(format!("{name}.html")), html)?;
        names.push(name);
    }
    fs::create_dir_all(folder.join("fragments"))?;
    for (name, html) in samples::fragments(&Ink::plain()) {
        fs::write(folder.join("fragments").join(format!("{name}.html")), html?)?;
    }
    fs::write(
        folder.join("pages.json"),
        serde_json::to_vec_pretty(&names)?,
    )?;
    let mut index = String::from("<!doctype html><title>Gallery</title><ul>\n");
    for name in &names {
        writeln!(index, "<li><a href=\"{name}.html\">{name}</a></li>")?;
    }
    fs::write(folder.join("index.html"), index)?;
    Ok(())
}
