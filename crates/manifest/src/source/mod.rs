//! The text of a manifest: where a problem is, and the shapes that serde reads.

mod error;
pub(crate) mod raw;
mod shape;

pub use error::ManifestError;
pub(crate) use error::{Base, Source};
pub use shape::json_schema;

use raw::Text;

/// The longest sentence of a manifest, in characters.
const MAX_SENTENCE_LENGTH: usize = 600;

/// A text for people: not empty, on one line.
pub(crate) fn sentence(source: Source<'_>, text: &Text) -> Result<String, ManifestError> {
    let written = text.get_ref();
    let readable = !written.is_empty()
        && written.trim() == written
        && written.chars().count() <= MAX_SENTENCE_LENGTH
        && !written.chars().any(char::is_control);
    if readable {
        return Ok(written.clone());
    }
    Err(source.at(
        text,
        "a text for people: one line, not empty, up to 600 characters",
    ))
}
