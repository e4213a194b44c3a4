use crate::read::ReadError;
use crate::read::window::Window;

/// The byte between cells: the given one, the one that a spreadsheet's `sep=` line names, or the
/// likeliest in the header. Consumes a `sep=` line.
pub(super) fn find(window: &mut Window<'_>, given: Option<char>) -> Result<u8, ReadError> {
    if window.rest().is_empty() {
        window.more()?;
    }
    let named = sep_line(window);
    let given = given
        .and_then(|character| u8::try_from(character).ok())
        .filter(u8::is_ascii);
    Ok(given.or(named).unwrap_or_else(|| likeliest(window.rest())))
}

/// `sep=;` alone on the first line, as Excel writes and reads it.
fn sep_line(window: &mut Window<'_>) -> Option<u8> {
    let [delimiter, rest @ ..] = window.rest().strip_prefix(b"sep=")? else {
        return None;
    };
    let (delimiter, rest) = (*delimiter, rest.strip_prefix(b"\r").unwrap_or(rest));
    let length = window.rest().len() - rest.strip_prefix(b"\n")?.len();
    window.consume(length);
    Some(delimiter)
}

/// The candidate that occurs most often in the first line, outside quotes.
fn likeliest(text: &[u8]) -> u8 {
    const CANDIDATES: [u8; 4] = *b",;\t|";
    let mut counts = [0_u32; CANDIDATES.len()];
    let mut quoted = false;
    for &byte in text {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => {
                for (count, _) in counts
                    .iter_mut()
                    .zip(CANDIDATES)
                    .filter(|(_, c)| *c == byte)
                {
                    *count += 1;
                }
            }
        }
    }
    // The first of equals: max_by_key would take the last.
    let most = counts.iter().max().copied().unwrap_or(0);
    counts
        .iter()
        .zip(CANDIDATES)
        .find(|(count, _)| **count == most)
        .map_or(b',', |(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::likeliest;

    #[test]
    fn the_header_tells_the_delimiter() {
        assert_eq!(likeliest(b"case,activity,time\n1;2;3;4;5"), b',');
        assert_eq!(likeliest(b"case;\"a,b,c,d\";time\n"), b';');
        assert_eq!(likeliest(b"case\tactivity\ttime"), b'\t');
        assert_eq!(likeliest(b"case|activity|time\r\n"), b'|');
        assert_eq!(likeliest(b"alone\n1\n"), b',');
    }
}
