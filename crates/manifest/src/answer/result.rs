use serde_json::Value;
use url::Url;

use super::FieldPath;
use crate::value::to_text;

/// What of a write's answer is for the person who countersigned it.
#[derive(Debug)]
pub struct ResultRule {
    pub(crate) link: Option<FieldPath>,
    pub(crate) id: FieldPath,
}

/// Where the thing that was written can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonResult {
    /// Its address, when the app gave one that a browser may open.
    pub link: Option<Url>,
    /// Its name in the app, such as an issue's number.
    pub id: Option<String>,
}

impl ResultRule {
    /// Reads a kept answer, or one item of it.
    pub fn read(&self, kept: &Value) -> PersonResult {
        let link = self
            .link
            .as_ref()
            .and_then(|path| path.get(kept))
            .and_then(Value::as_str);
        // A link is followed by a person: `javascript:` and the like never reach a page.
        let link = link
            .and_then(|text| Url::parse(text).ok())
            .filter(|url| matches!(url.scheme(), "https" | "http"));
        PersonResult {
            link,
            id: self.id.get(kept).and_then(to_text),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        let path = |text| FieldPath::parse(text).unwrap();
        let rule = ResultRule {
            link: Some(path("html_url")),
            id: path("number"),
        };
        let good = rule.read(&json!({"html_url": "https://github.com/o/r/issues/7", "number": 7}));
        assert_eq!(good.id.as_deref(), Some("7"));
        assert!(good.link.is_some());
        for bad in ["javascript:alert(1)", "data:text/html,x", "//x", "7"] {
            assert_eq!(rule.read(&json!({"html_url": bad})).link, None, "{bad}");
        }
    }
}
