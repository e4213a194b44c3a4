use url::Url;

/// The target of the first `rel=next` of a `Link` header (RFC 8288 3). A relative target gets a
/// base that is no real host, since only its query is read.
pub(crate) fn next_target(header: &str) -> Option<Url> {
    let base = Url::parse("https://relative.invalid/").ok()?;
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        let (parameters, next) = split_at_comma(after);
        if parameters.iter().any(|parameter| is_next(parameter)) {
            return base.join(target).ok();
        }
        rest = next;
    }
    None
}

/// The parameters up to the comma that ends this link, and what follows. Commas and semicolons
/// inside quotes belong to the parameter.
fn split_at_comma(text: &str) -> (Vec<&str>, &str) {
    let (mut quoted, mut start, mut parameters) = (false, 0, Vec::new());
    let piece = |from, to| text.get(from..to).unwrap_or_default();
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b';' if !quoted => {
                parameters.push(piece(start, index));
                start = index + 1;
            }
            b',' if !quoted => {
                parameters.push(piece(start, index));
                return (parameters, piece(index + 1, text.len()));
            }
            _ => {}
        }
    }
    parameters.push(piece(start, text.len()));
    (parameters, "")
}

fn is_next(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("rel")
            && value
                .trim()
                .trim_matches('"')
                .split(' ')
                .any(|rel| rel.eq_ignore_ascii_case("next"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_8288_3_5_examples_and_githubs_form_are_read() {
        let next = |header| next_target(header).map(|url| url.to_string());
        for (header, target) in [
            (
                r#"<https://api.github.com/repositories/1/issues?page=2>; rel="next", <https://api.github.com/repositories/1/issues?page=9>; rel="last""#,
                Some("https://api.github.com/repositories/1/issues?page=2"),
            ),
            (
                r#"<http://example.com/TheBook/chapter2>; rel="previous"; title="previous, chapter""#,
                None,
            ),
            (
                r#"</TheBook/chapter2>; rel="previous"; title*=UTF-8'de'letztes%20Kapitel, </TheBook/chapter4>; rel="next"; title*=UTF-8'de'n%c3%a4chstes%20Kapitel"#,
                Some("https://relative.invalid/TheBook/chapter4"),
            ),
            (
                r#"<http://example.org/>; rel="start http://example.net/relation/other""#,
                None,
            ),
            (
                r#"<https://a.example/?a=,;>; title="; rel=next, <x>"; REL=next"#,
                Some("https://a.example/?a=,;"),
            ),
            ("<", None),
            ("", None),
            ("<x>; rel=nextish", None),
        ] {
            assert_eq!(next(header).as_deref(), target, "{header}");
        }
    }
}
