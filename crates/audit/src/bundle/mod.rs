//! The log as a file that somebody else can check: JSON Lines, read and written as a stream.
//!
//! ```json
//! {"format":"countersign-audit-bundle","version":1,"origin":"…","size":2,"complete":true,"checkpoints":["…"]}
//! {"index":0,"leaf":"…","entry":{…}}
//! {"index":1,"leaf":"…","entry":null}
//! {"entry":{…}}
//! {"end":{"rows":2}}
//! ```
//!
//! One line for each leaf in order, with its row or `null`; then the rows without a leaf; then the
//! end, by which a cut file is told from a whole one. `entry` is canonical JSON (RFC 8785): SHA-256
//! over a zero byte and exactly these bytes is the leaf hash, so that a verifier needs no more than
//! a JSON reader and SHA-256. A bundle carries no verifier key: one that proves itself proves
//! nothing.

mod error;
mod read;
mod write;

pub use error::{BundleError, BundleProblem};
pub use read::{BundleLine, BundleReader, Limits};
use serde::{Deserialize, Serialize};
pub use write::BundleWriter;

/// The value of [`Header::format`].
pub const FORMAT: &str = "countersign-audit-bundle";
/// The version of the format that is written and read here.
pub const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The log that this is of, as in its checkpoints.
    pub origin: String,
    /// How many leaves follow.
    pub size: u64,
    /// Whether every row is there. An export for one organisation withholds the rows of others: it
    /// proves what it shows, and cannot prove that nothing is left out.
    pub complete: bool,
    /// The log's own signed heads, the newest last.
    pub checkpoints: Vec<String>,
}

impl Header {
    /// The header of a bundle of `size` leaves.
    pub fn new(origin: impl Into<String>, size: u64, checkpoints: Vec<String>) -> Self {
        let (format, origin) = (FORMAT.to_owned(), origin.into());
        Self {
            format,
            version: VERSION,
            origin,
            size,
            complete: true,
            checkpoints,
        }
    }
}

/// What the last line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    rows: u64,
}
