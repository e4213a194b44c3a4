use audit::Head;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header;
use ui::audit::Checkpoint;

use crate::Can;
use crate::problem::{Problem, kind};
use crate::route::permission::AuditRead;

/// The newest signed note (C2SP tlog-checkpoint), byte for byte as `countersign audit verify` takes
/// it.
pub(super) async fn download_checkpoint(mut can: Can<AuditRead>) -> Result<Response, Problem> {
    let head = audit::head(&mut can.tx)
        .await?
        .ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let disposition = format!("attachment; filename=\"checkpoint-{}.txt\"", head.size);
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, head.note).into_response())
}

/// What the page says of it.
pub(super) fn shown(head: &Head) -> Checkpoint {
    Checkpoint {
        origin: head.note.lines().next().unwrap_or_default().to_owned(),
        tree_size: head.size,
        root_hash: BASE64_STANDARD.encode(head.root),
        signed_at: head.signed_at,
        key_name: key_name(&head.note).unwrap_or_default(),
    }
}

/// The key of the note's first signature, `name+id` as in its verifier key: a signature's line is
/// `— name base64`, and the first four bytes of the base64 are the key's id (C2SP signed-note).
fn key_name(note: &str) -> Option<String> {
    let (_, signatures) = note.split_once("\n\n")?;
    let (name, signature) = signatures
        .lines()
        .next()?
        .strip_prefix("— ")?
        .split_once(' ')?;
    let bytes = BASE64_STANDARD.decode(signature).ok()?;
    Some(format!("{name}+{}", hex::encode(bytes.get(..4)?)))
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn the_page_names_the_log_and_the_key_as_the_note_does() {
        let signature = BASE64_STANDARD.encode([&[0x3f, 0x2a, 0x91, 0xc0][..], &[0; 64]].concat());
        let root = BASE64_STANDARD.encode([7; 32]);
        let checkpoint = shown(&Head {
            size: 12,
            root: [7; 32],
            note: format!("log.example/audit\n12\n{root}\n\n— log.example/audit {signature}\n"),
            signed_at: OffsetDateTime::UNIX_EPOCH,
        });
        assert_eq!(checkpoint.origin, "log.example/audit");
        assert_eq!(checkpoint.root_hash, root);
        assert_eq!(checkpoint.key_name, "log.example/audit+3f2a91c0");
    }

    #[test]
    fn a_note_without_a_signature_names_no_key() {
        assert_eq!(key_name("log\n12\nroot\n"), None);
        assert_eq!(key_name("log\n12\nroot\n\n— log AAA\n"), None);
    }
}
