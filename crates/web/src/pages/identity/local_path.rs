/// Longer than any address of ours.
const MAX_BYTES: usize = 2_000;

/// `text` where it is a path on this server, to go on to after signing in; else the start.
///
/// Browsers read `//host` and `/\host` as another host, and drop tabs and line breaks before they
/// look (WHATWG URL 4.4): either would make the door lead elsewhere.
pub(super) fn local_path(text: &str) -> &str {
    let is_local = text.len() <= MAX_BYTES
        && text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if is_local { text } else { "/" }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn a_path_of_ours_is_kept() {
        for path in [
            "/",
            "/approvals/apr_1",
            "/audit?action=identity.&before=a%20b",
        ] {
            assert_eq!(local_path(path), path);
        }
    }

    #[test]
    fn whatever_leads_elsewhere_leads_to_the_start() {
        for text in [
            "",
            "approvals",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " /approvals",
            "/a\r\nSet-Cookie: a=b",
        ] {
            assert_eq!(local_path(text), "/", "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_leads_to_another_host(text in "[/\\\\.:@a\t\n ?#]{0,12}") {
            let here = Url::parse("https://countersign.example/sign-in").unwrap();
            let there = here.join(local_path(&text)).unwrap();
            prop_assert_eq!(there.origin(), here.origin());
        }
    }
}
