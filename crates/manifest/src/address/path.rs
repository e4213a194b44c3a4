use super::percent;

/// A path with holes: `/repos/{owner}/{repo}/issues`. A hole is a whole segment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PathTemplate(Vec<Segment>);

/// A piece between two slashes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Exactly this.
    Literal(String),
    /// The argument of this name.
    Hole(String),
}

/// Why a text cannot stand in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SegmentError {
    #[error("it may not be empty, `.` or `..`")]
    Dots,
    #[error("only printable ASCII without / \\ % ? # ; is allowed in a path")]
    Character,
}

impl PathTemplate {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.strip_prefix('/')?
            .split('/')
            .map(Segment::parse)
            .collect::<Option<_>>()
            .map(Self)
    }

    pub(crate) fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The names of the holes, from left to right.
    pub(crate) fn holes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Hole(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }

    /// The texts in the holes of `path`, in their order; `None` when `path` has another shape or a
    /// spelling that [`PathTemplate::fill`] would not have made.
    pub(crate) fn read(&self, path: &str) -> Option<Vec<String>> {
        let given: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        if given.len() != self.0.len() {
            return None;
        }
        let mut holes = Vec::new();
        for (segment, given) in self.0.iter().zip(given) {
            match segment {
                Segment::Literal(text) if text == given => {}
                Segment::Literal(_) => return None,
                Segment::Hole(_) => {
                    let text = percent::decode(given)?;
                    check(&text).ok()?;
                    holes.push(text);
                }
            }
        }
        Some(holes)
    }

    /// The path with every hole filled by what `value` gives for its name.
    pub(crate) fn fill<E: From<SegmentError>>(
        &self,
        mut value: impl FnMut(&str) -> Result<String, E>,
    ) -> Result<String, E> {
        let mut path = String::new();
        for segment in &self.0 {
            path.push('/');
            match segment {
                Segment::Literal(text) => path.push_str(text),
                Segment::Hole(name) => {
                    let text = value(name)?;
                    check(&text)?;
                    path.push_str(&percent::encode(&text));
                }
            }
        }
        Ok(path)
    }
}

impl Segment {
    fn parse(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix('{') {
            let name = rest.strip_suffix('}')?;
            return crate::value::is_name(name).then(|| Self::Hole(name.to_owned()));
        }
        let plain = percent::decode(text).is_some_and(|decoded| decoded == text);
        (plain && check(text).is_ok()).then(|| Self::Literal(text.to_owned()))
    }
}

/// A text that stays one segment, whatever reads it. Encoding is not enough: some servers and
/// proxies decode twice, fold look-alikes to ASCII, or treat `\` as `/`.
fn check(text: &str) -> Result<(), SegmentError> {
    if matches!(text, "" | "." | "..") {
        return Err(SegmentError::Dots);
    }
    let safe = |byte: u8| {
        matches!(byte, b' '..=b'~') && !matches!(byte, b'/' | b'\\' | b'%' | b'?' | b'#' | b';')
    };
    if text.bytes().all(safe) {
        Ok(())
    } else {
        Err(SegmentError::Character)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fill(value: &str) -> Result<String, SegmentError> {
        PathTemplate::parse("/a/{x}/c")
            .unwrap()
            .fill(|_| Ok::<_, SegmentError>(value.to_owned()))
    }

    #[test]
    fn nothing_in_a_hole_climbs() {
        for bad in [
            "", ".", "..", "../x", "a/b", "a\\b", "%2e%2e", "%2F", "%252e", "a?b", "a#b", "a;b",
            "a\0b", "a\r\nb", "\u{202e}", "．．", "‥", "a∕b", "a⁄b", "a／b", "аpi", "é", "\u{7f}",
        ] {
            assert!(fill(bad).is_err(), "{bad:?}");
        }
        assert_eq!(fill("a b@c...").as_deref(), Ok("/a/a%20b%40c.../c"));
    }

    #[test]
    fn a_template_is_made_of_literals_and_whole_holes() {
        for bad in [
            "", "a", "/", "/a//b", "/a/", "/{}", "/a{x}", "/{x}b", "/..", "/a%20b", "/a?b",
        ] {
            assert_eq!(PathTemplate::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_filled_in_is_read_back(text: String) {
            if let Ok(path) = fill(&text) {
                let template = PathTemplate::parse("/a/{x}/c").unwrap();
                prop_assert_eq!(template.read(&path), Some(vec![text]));
                // No parser resolves it to something else.
                let url = url::Url::parse(&format!("https://h.example{path}")).unwrap();
                prop_assert_eq!(url.path(), path);
            }
        }

        #[test]
        fn no_path_panics_the_reader(path: String) {
            let _ = PathTemplate::parse(&path);
            let _ = PathTemplate::parse("/a/{x}/c").unwrap().read(&path);
        }
    }
}
