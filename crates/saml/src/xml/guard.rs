//! What is looked at before a parser is: the text's own markup, without building anything.

use super::XmlError;

/// What a text may have beside elements and text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// Nothing: in a message a comment, an instruction or CDATA has no use but to make two readers disagree.
    Message,
    /// Comments and instructions, which metadata files do have, and which are skipped whole.
    File,
}

/// Elements within elements: messages have about eight.
const MAX_DEPTH: usize = 32;
/// Of one element.
const MAX_ATTRIBUTES: usize = 32;
/// A message has about eighty, metadata of one provider some hundreds.
const MAX_ELEMENTS: usize = 8_192;
/// Namespace declarations in scope at any one place: messages have about six. What a reader does for an element grows
/// with it, and what it does for a declaration with its square.
const MAX_NAMESPACES: usize = 24;

/// Goes through the tags once. In well-formed XML `<` stands nowhere else than at a piece of markup, so that what is
/// counted here is what a parser will see; where it is not well formed, the parser refuses it.
pub(super) fn check(text: &str, rules: Rules) -> Result<(), XmlError> {
    let mut rest = after_declaration(text)?;
    // For each open element, how many declarations are in scope.
    let mut scopes = Vec::new();
    let mut elements = 0_usize;
    while let Some((_, markup)) = rest.split_once('<') {
        rest = if let Some(other) = markup.strip_prefix('!') {
            after_comment(other, rules)?
        } else if let Some(instruction) = markup.strip_prefix('?') {
            permitted(rules)?;
            after(instruction, "?>")?
        } else if let Some(closing) = markup.strip_prefix('/') {
            scopes.pop();
            after(closing, ">")?
        } else {
            let tag = tag(markup)?;
            elements += 1;
            let namespaces = scopes.last().unwrap_or(&0) + tag.namespaces;
            if tag.attributes > MAX_ATTRIBUTES
                || scopes.len() >= MAX_DEPTH
                || namespaces > MAX_NAMESPACES
                || elements > MAX_ELEMENTS
            {
                return Err(XmlError::TooDeep);
            }
            if !tag.is_empty {
                scopes.push(namespaces);
            }
            tag.rest
        };
    }
    Ok(())
}

/// XML 2.8: `<?xml version="1.0" encoding="UTF-8"?>`, at the very beginning or not at all.
fn after_declaration(text: &str) -> Result<&str, XmlError> {
    let Some(declaration) = text.strip_prefix("<?xml") else {
        return Ok(text);
    };
    let (said, rest) = declaration.split_once("?>").ok_or(XmlError::Malformed)?;
    let said = said.to_ascii_lowercase().replace('\'', "\"");
    let in_utf8 = !said.contains("encoding") || said.contains("encoding=\"utf-8\"");
    if in_utf8 && said.contains("version=\"1.0\"") {
        Ok(rest)
    } else {
        Err(XmlError::Encoding)
    }
}

fn after_comment(markup: &str, rules: Rules) -> Result<&str, XmlError> {
    if let Some(comment) = markup.strip_prefix("--") {
        permitted(rules)?;
        return after(comment, "-->");
    }
    if markup.starts_with("[CDATA[") {
        return Err(XmlError::Markup);
    }
    Err(XmlError::Doctype)
}

fn permitted(rules: Rules) -> Result<(), XmlError> {
    match rules {
        Rules::File => Ok(()),
        Rules::Message => Err(XmlError::Markup),
    }
}

fn after<'a>(text: &'a str, end: &str) -> Result<&'a str, XmlError> {
    let (_, rest) = text.split_once(end).ok_or(XmlError::Malformed)?;
    Ok(rest)
}

struct Tag<'a> {
    attributes: usize,
    namespaces: usize,
    is_empty: bool,
    rest: &'a str,
}

/// A start tag to its end. Values may hold `>`, so the quotes are followed.
fn tag(markup: &str) -> Result<Tag<'_>, XmlError> {
    let (mut attributes, mut namespaces) = (0, 0);
    let mut name = 0;
    let mut quote = None;
    let mut before = ' ';
    for (at, character) in markup.char_indices() {
        match quote {
            Some(open) if character == open => {
                quote = None;
                name = at + 1;
            }
            Some(_) => {}
            None => match character {
                '"' | '\'' => quote = Some(character),
                '=' => {
                    attributes += 1;
                    namespaces += usize::from(is_declaration(markup.get(name..at)));
                }
                '<' => return Err(XmlError::Malformed),
                '>' => {
                    let (_, rest) = markup.split_at(at + 1);
                    return Ok(Tag {
                        attributes,
                        namespaces,
                        is_empty: before == '/',
                        rest,
                    });
                }
                _ => {}
            },
        }
        before = character;
    }
    Err(XmlError::Malformed)
}

/// Whether an attribute declares a namespace: the text from the value before it, or from the element's name, to `=`.
fn is_declaration(text: Option<&str>) -> bool {
    let name = text
        .unwrap_or_default()
        .split_ascii_whitespace()
        .next_back();
    name.is_some_and(|name| name == "xmlns" || name.starts_with("xmlns:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> (Result<(), XmlError>, Result<(), XmlError>) {
        (check(text, Rules::Message), check(text, Rules::File))
    }

    #[test]
    fn document_types_are_refused_wherever_they_stand() {
        for text in [
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>",
            "<?xml version=\"1.0\"?> <!doctype a><a/>",
            "<a><!DOCTYPE a></a>",
            "<a/><!ENTITY a \"b\">",
        ] {
            assert_eq!(
                judged(text),
                (Err(XmlError::Doctype), Err(XmlError::Doctype)),
                "{text}"
            );
        }
    }

    #[test]
    fn comments_and_instructions_are_for_files_alone_and_cdata_for_nobody() {
        for text in ["<!-- > <b> --><a/>", "<a><?php <b> ?></a>", "<a/><!---->"] {
            assert_eq!(judged(text), (Err(XmlError::Markup), Ok(())), "{text}");
        }
        let text = "<a><![CDATA[x]]></a>";
        assert_eq!(judged(text), (Err(XmlError::Markup), Err(XmlError::Markup)));
    }

    #[test]
    fn depth_and_attributes_have_a_limit() {
        let nested = |deep: usize| format!("{}{}", "<a b='/>'>".repeat(deep), "</a>".repeat(deep));
        assert_eq!(check(&nested(32), Rules::Message), Ok(()));
        assert_eq!(check(&nested(33), Rules::Message), Err(XmlError::TooDeep));
        let beside = format!("<a>{}</a>", "<b c='='/>".repeat(1_000));
        assert_eq!(check(&beside, Rules::Message), Ok(()));
        let attributes = |many: usize| {
            let all: Vec<_> = (0..many).map(|at| format!("b{at}='='")).collect();
            check(&format!("<a {}/>", all.join(" ")), Rules::Message)
        };
        assert_eq!(
            (attributes(32), attributes(33)),
            (Ok(()), Err(XmlError::TooDeep))
        );
        let elements =
            |many: usize| check(&format!("<a>{}</a>", "<b/>".repeat(many)), Rules::Message);
        assert_eq!(
            (elements(8_191), elements(8_192)),
            (Ok(()), Err(XmlError::TooDeep))
        );
    }

    #[test]
    fn namespaces_in_scope_have_a_limit() {
        let declares = |from: usize, many: usize| {
            let one = |n| format!(" xmlns:n{n} = 'urn:{n}' c='xmlns='");
            (from..from + many).map(one).collect::<Vec<_>>().concat()
        };
        let within =
            |inner: usize| format!("<a{}><b{}/></a>", declares(0, 12), declares(12, inner));
        assert_eq!(check(&within(12), Rules::Message), Ok(()));
        assert_eq!(check(&within(13), Rules::Message), Err(XmlError::TooDeep));
        // Beside each other they are not in scope together.
        let beside = format!(
            "<a>{}</a>",
            "<b\nxmlns='urn:b'/><b xmlns=\"urn:c\"></b>".repeat(100)
        );
        assert_eq!(check(&beside, Rules::Message), Ok(()));
    }

    #[test]
    fn another_encoding_or_version_is_refused() {
        for text in [
            "<?xml version=\"1.0\" encoding=\"UTF-7\"?><a/>",
            "<?xml version='1.0' encoding='iso-8859-1'?><a/>",
            "<?xml version=\"1.1\"?><a/>",
        ] {
            assert_eq!(check(text, Rules::File), Err(XmlError::Encoding), "{text}");
        }
        let usual = "<?xml version='1.0' encoding='utf-8' standalone='no'?><a/>";
        assert_eq!(check(usual, Rules::Message), Ok(()));
    }
}
