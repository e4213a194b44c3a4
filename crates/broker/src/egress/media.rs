use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

/// What a body claims to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/json`, or another type with the suffix `+json` (RFC 6839 3.1).
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// Anything else, no type at all, or a body that is encoded although nobody asked.
    Other,
}

/// Reads the headers of an answer (RFC 9110 8.3).
pub(crate) fn media(headers: &HeaderMap) -> Media {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(written), None) = (types.next(), types.next()) else {
        return Media::Other;
    };
    let encoded = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    match written.to_str() {
        // A few bytes of gzip can hold gigabytes: what was not asked for is not unpacked.
        Ok(text) if !encoded => of_text(text),
        _ => Media::Other,
    }
}

fn of_text(text: &str) -> Media {
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let essence = parts.next().unwrap_or_default();
    let utf8 = |part: String| {
        let charset = part
            .strip_prefix("charset=")
            .map(|name| name.trim_matches('"').to_owned());
        charset.is_none_or(|name| name == "utf-8" || name == "utf8")
    };
    if !parts.all(utf8) {
        return Media::Other;
    }
    match essence.strip_prefix("application/") {
        Some("json") => Media::Json,
        Some(subtype) if subtype.len() > "+json".len() && subtype.ends_with("+json") => Media::Json,
        Some("x-www-form-urlencoded") => Media::Form,
        _ => Media::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_is_json() {
        for good in [
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON;charset=\"UTF-8\"",
            "application/vnd.github+json",
            "application/problem+json; profile=x",
        ] {
            assert_eq!(of_text(good), Media::Json, "{good}");
        }
        for bad in [
            "",
            "text/html",
            "text/json",
            "application/jsonp",
            "application/+json",
            "application/xml",
            "application/json; charset=utf-16",
            "application/json, text/html",
            "json",
            "application/x-ndjson",
        ] {
            assert_eq!(of_text(bad), Media::Other, "{bad}");
        }
    }
}
