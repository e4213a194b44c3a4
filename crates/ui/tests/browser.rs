//! Every page in every state in Chromium, as `tests/browser` looks at them: what the pages' script
//! does, axe-core, the Content-Security-Policy, widths. Screenshots go to `tests/output/gallery`.
#![expect(clippy::unwrap_used, reason = "tests: what does not work ends them")]

#[path = "../examples/gallery/samples/mod.rs"]
mod samples;
#[path = "../examples/gallery/write.rs"]
mod write;

use std::path::Path;
use std::process::Command;

/// Renders the gallery into a folder of its own and hands it to a script.
fn look(name: &str, script: &str, options: &[&str]) {
    let browser = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/browser");
    assert!(
        browser.join("node_modules").exists(),
        "run ./dev test, which installs the browser's driver"
    );
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    write::write(&folder).unwrap();
    let output = Command::new("node")
        .arg(script)
        .args(options)
        .arg(&folder)
        .current_dir(browser)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_pages_script_does_what_it_promises() {
    look("behaviour", "behaviour.mjs", &[]);
}

#[test]
fn every_page_is_sound_on_a_phone_in_light() {
    look(
        "phone-light",
        "gallery.mjs",
        &["--width", "390", "--theme", "light"],
    );
}

#[test]
fn every_page_is_sound_on_a_phone_in_dark() {
    look(
        "phone-dark",
        "gallery.mjs",
        &["--width", "390", "--theme", "dark"],
    );
}

#[test]
fn every_page_is_sound_on_a_desk_in_light() {
    look(
        "desk-light",
        "gallery.mjs",
        &["--width", "1440", "--theme", "light"],
    );
}

#[test]
fn every_page_is_sound_on_a_desk_in_dark() {
    look(
        "desk-dark",
        "gallery.mjs",
        &["--width", "1440", "--theme", "dark"],
    );
}
