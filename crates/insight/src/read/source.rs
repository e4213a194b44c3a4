use std::io::{self, BufReader, Cursor, Read};

use flate2::read::MultiGzDecoder;

use super::ReadError;
use super::progress::{SourceState, Watched};

/// Enough to recognise every format below and a byte order mark.
const SNIFFED_BYTES: usize = 8;

/// Opens the source: unpacks gzip, refuses other archives and other encodings than UTF-8.
pub(super) fn open<'r>(
    reader: impl Read + 'r,
    state: &SourceState,
) -> Result<Box<dyn Read + 'r>, ReadError> {
    let (head, rest) = sniff(Watched::new(reader, state.clone()))?;
    let raw = Cursor::new(head.clone()).chain(rest);
    if !head.starts_with(&[0x1F, 0x8B]) {
        return Ok(Box::new(text(head.as_slice(), raw)?));
    }
    // Several gzip members after each other are one file: RFC 1952 2.2.
    let unpacked = MultiGzDecoder::new(BufReader::with_capacity(64 << 10, raw));
    let (head, rest) = sniff(unpacked).map_err(|error| match error {
        ReadError::Io { source, .. } => of_io(source, 1, state),
        other => other,
    })?;
    Ok(Box::new(text(
        &head,
        Cursor::new(head.clone()).chain(rest),
    )?))
}

/// What an error of the opened source means for the file.
pub(super) fn of_io(source: io::Error, line: u64, state: &SourceState) -> ReadError {
    match source.kind() {
        _ if state.failed() => ReadError::Io { line, source },
        io::ErrorKind::UnexpectedEof => ReadError::Truncated {
            line,
            inside: "its gzip data".to_owned(),
        },
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => ReadError::GzipDamaged { line },
        _ => ReadError::Io { line, source },
    }
}

fn sniff<R: Read>(mut reader: R) -> Result<(Vec<u8>, R), ReadError> {
    let mut head = Vec::with_capacity(SNIFFED_BYTES);
    reader
        .by_ref()
        .take(SNIFFED_BYTES as u64)
        .read_to_end(&mut head)
        .map_err(|source| ReadError::Io { line: 1, source })?;
    Ok((head, reader))
}

fn text<R: Read>(head: &[u8], mut whole: R) -> Result<R, ReadError> {
    const PACKED: [(&[u8], &str); 7] = [
        (b"PK\x03\x04", "zip or Excel"),
        (b"\xD0\xCF\x11\xE0", "Excel (xls)"),
        (b"\x28\xB5\x2F\xFD", "Zstandard"),
        (b"\xFD7zXZ", "xz"),
        (b"BZh", "bzip2"),
        (b"7z\xBC\xAF", "7-Zip"),
        (b"\x1F\x8B", "doubly gzipped"),
    ];
    if let Some((_, format)) = PACKED.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(ReadError::Packed { format });
    }
    if let Some(found) = foreign_encoding(head) {
        return Err(ReadError::Encoding {
            line: 1,
            found: found.to_owned(),
        });
    }
    if head.starts_with(b"\xEF\xBB\xBF") {
        io::copy(&mut whole.by_ref().take(3), &mut io::sink())
            .map_err(|source| ReadError::Io { line: 1, source })?;
    }
    Ok(whole)
}

/// The byte patterns of XML 1.0 appendix F, which also tell for a CSV file.
fn foreign_encoding(head: &[u8]) -> Option<&'static str> {
    match head {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] | [_, 0, 0, 0, ..] | [0, 0, 0, _, ..] => {
            Some("UTF-32")
        }
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16"),
        [a, 0, b, 0, ..] | [0, a, 0, b, ..] if *a != 0 && *b != 0 => Some("UTF-16"),
        [0x4C, 0x6F, 0xA7, 0x94, ..] => Some("EBCDIC"),
        _ => None,
    }
}
