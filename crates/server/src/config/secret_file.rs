use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use kernel::Secret;

/// No password, token or key file is longer.
const MAX_BYTES: usize = 20_000;

/// Reads a file with one secret in it, and nothing else, that its owner alone can read.
pub(super) fn read_secret_file(path: &Path) -> Result<Secret<String>, String> {
    let shown = path.display();
    let mut file =
        std::fs::File::open(path).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    let found = file
        .metadata()
        .map_err(|error| format!("{shown} cannot be read: {error}"))?;
    if found.mode() & 0o077 != 0 {
        let mode = found.mode() & 0o777;
        return Err(format!("{shown} can be read by others (mode {mode:o})"));
    }
    // Room from the start: text that grows leaves copies of itself behind.
    let mut text = String::with_capacity(MAX_BYTES);
    let read = (&mut file).take(MAX_BYTES as u64).read_to_string(&mut text);
    read.map_err(|error| format!("{shown} cannot be read: {error}"))?;
    let secret = Secret::new(text.trim_end_matches(['\r', '\n']).to_owned());
    zeroize::Zeroize::zeroize(&mut text);
    if secret.expose().is_empty() {
        return Err(format!("{shown} is empty"));
    }
    Ok(secret)
}
