use std::fmt;
use std::str::FromStr;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::problem::Problem;

/// A place in a listing, opaque to clients. The letter tells the listings apart: the place in one
/// means nothing in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cursor {
    /// After the issue that was updated then (seconds since 1970) and has this number.
    Issue { updated_at: i64, number: u64 },
    /// After the event with this id.
    Event { id: u64 },
}

/// A text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotACursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self {
            Self::Issue { updated_at, number } => format!("i.{updated_at}.{number}"),
            Self::Event { id } => format!("e.{id}"),
        };
        f.write_str(&URL_SAFE_NO_PAD.encode(place))
    }
}

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let place = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotACursor)?;
        let place = String::from_utf8(place).map_err(|_| NotACursor)?;
        let mut parts = place.split('.');
        let mut next = || parts.next().ok_or(NotACursor);
        let cursor = match next()? {
            "i" => Self::Issue {
                updated_at: number(next()?)?,
                number: number(next()?)?,
            },
            "e" => Self::Event {
                id: number(next()?)?,
            },
            _ => return Err(NotACursor),
        };
        if parts.next().is_some() {
            Err(NotACursor)
        } else {
            Ok(cursor)
        }
    }
}

fn number<T: FromStr>(text: &str) -> Result<T, NotACursor> {
    text.parse().map_err(|_| NotACursor)
}

impl From<NotACursor> for Problem {
    fn from(_: NotACursor) -> Self {
        let detail = "cursor is the next_cursor of the page before, unchanged";
        Self::new(StatusCode::BAD_REQUEST, "invalid_cursor", detail)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_survives_its_text(updated_at: i64, number: u64) {
            let cursor = Cursor::Issue { updated_at, number };
            prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
            let cursor = Cursor::Event { id: number };
            prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }

        #[test]
        fn no_text_panics_the_parser(text in "\\PC{0,40}", place in "[ie.0-9-]{0,20}") {
            let _ = text.parse::<Cursor>();
            let _ = URL_SAFE_NO_PAD.encode(place).parse::<Cursor>();
        }
    }
}
