use std::io::BufRead;

use super::{Report, SavedCheckpoint, Verifier};
use crate::bundle::{BundleError, BundleLine, BundleReader};
use crate::checkpoint::VerifierKey;

/// Checks a bundle against its own checkpoints and the `saved` ones, by a `key` that came from
/// elsewhere. A bundle that cannot be read is an error that names its line.
pub fn verify_bundle<R: BufRead>(
    bundle: BundleReader<R>,
    saved: &[SavedCheckpoint],
    key: &VerifierKey,
) -> Report {
    let header = bundle.header();
    let log = key.name().as_str();
    if header.origin != log {
        let message = format!(
            "the bundle is of the log {}, the key of {log}",
            header.origin
        );
        return Report::error(log, "audit.bundle_origin", message);
    }
    let own = header.checkpoints.iter().map(|note| SavedCheckpoint {
        label: "bundle".to_owned(),
        note: note.clone(),
    });
    let checkpoints: Vec<_> = own.chain(saved.iter().cloned()).collect();
    let mut verifier = Verifier::new(key, &checkpoints);
    if !header.complete {
        verifier = verifier.allowing_withheld_rows();
    }
    match feed(bundle, &mut verifier) {
        Ok(()) => verifier.finish(&()),
        Err(error) => Report::error(log, error.problem.code(), error.to_string()),
    }
}

fn feed<R: BufRead>(bundle: BundleReader<R>, verifier: &mut Verifier) -> Result<(), BundleError> {
    for line in bundle {
        match line? {
            BundleLine::Leaf(leaf, row) => {
                verifier.leaf(leaf);
                if let Some(row) = row {
                    verifier.row(row);
                }
            }
            BundleLine::Row(row) => verifier.row(row),
        }
    }
    Ok(())
}
