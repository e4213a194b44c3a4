use serde_json::Value;

use crate::FieldPath;
use crate::request::Arguments;
use crate::value::to_text;

/// A text with holes: `{$owner}/{$repo}#{issue.number}`. `$` names an argument of the call, the
/// others a place in the item, which may lead through a list that has one such value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    Field(FieldPath),
    Argument(String),
}

impl Template {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, next) = after.split_once('}')?;
            push_literal(&mut pieces, before)?;
            pieces.push(match inside.strip_prefix('$') {
                Some(name) if crate::value::is_key(name) => Piece::Argument(name.to_owned()),
                Some(_) => return None,
                None => Piece::Field(FieldPath::parse(inside)?),
            });
            rest = next;
        }
        push_literal(&mut pieces, rest)?;
        (!pieces.is_empty()).then_some(Self(pieces))
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The text for one item; `None` when a hole has nothing to fill it.
    pub(crate) fn render(&self, item: &Value, arguments: &Arguments) -> Option<String> {
        self.0.iter().try_fold(String::new(), |text, piece| {
            let next = match piece {
                Piece::Literal(literal) => Some(literal.clone()),
                Piece::Field(path) => path.one(item).and_then(to_text),
                Piece::Argument(name) => arguments.get(name).and_then(to_text),
            };
            next.filter(|next| !next.is_empty())
                .map(|next| text + &next)
        })
    }
}

fn push_literal(pieces: &mut Vec<Piece>, text: &str) -> Option<()> {
    if text.contains('}') {
        return None;
    }
    if !text.is_empty() {
        pieces.push(Piece::Literal(text.to_owned()));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn holes_are_filled_from_the_item_and_the_call() {
        let template = Template::parse("{$owner}/{$repo}#{issue.number}").unwrap();
        let arguments = Arguments::parse(br#"{"owner":"o","repo":"r"}"#).unwrap();
        let item = json!({"issue": {"number": 7}});
        assert_eq!(template.render(&item, &arguments).as_deref(), Some("o/r#7"));
        for lacking in [
            json!({}),
            json!({"issue": {"number": null}}),
            json!({"issue": 7}),
        ] {
            assert_eq!(template.render(&lacking, &arguments), None);
        }
        let listed = Template::parse("{parts[].status}").unwrap();
        let one = json!({"parts": [{"status": "open"}, {"priority": "high"}]});
        assert_eq!(listed.render(&one, &arguments).as_deref(), Some("open"));
        let two = json!({"parts": [{"status": "open"}, {"status": "solved"}]});
        assert_eq!(listed.render(&two, &arguments), None);
        for bad in ["", "{", "}", "{}", "{$}", "{a", "a}", "{a[0]}", "{{a}}"] {
            assert_eq!(Template::parse(bad), None, "{bad}");
        }
    }
}
