//! Exclusive XML Canonicalization 1.0 without comments (W3C xml-exc-c14n), of one element and what is in it.
//!
//! An error in here refuses a good message and lets no bad one in: what is digested is what is read afterwards.

use std::collections::BTreeMap;

use roxmltree::{Attribute, NodeId};

use super::{Element, XmlError};

/// How an element is made canonical.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Canonical {
    /// The InclusiveNamespaces PrefixList: prefixes that are declared wherever they are in scope, used or not.
    pub(crate) prefixes: Vec<String>,
    /// An element that is left out, with what is in it: an enveloped signature.
    pub(crate) without: Option<NodeId>,
}

/// The octets of an element.
pub(crate) fn canonical(element: Element<'_, '_>, how: &Canonical) -> Result<String, XmlError> {
    let mut out = String::new();
    write_element(element, how, &BTreeMap::new(), &mut out)?;
    Ok(out)
}

/// Prefixes that the output declares so far, each with its namespace. The default one is the empty prefix.
type Declared<'a> = BTreeMap<&'a str, &'a str>;

fn write_element<'a>(
    element: Element<'a, '_>,
    how: &'a Canonical,
    outer: &Declared<'a>,
    out: &mut String,
) -> Result<(), XmlError> {
    let name = qualified_name(element)?;
    let mut attributes = element
        .attributes()
        .map(|attribute| Ok((attribute, attribute_name(element, &attribute)?)))
        .collect::<Result<Vec<_>, XmlError>>()?;
    let used = std::iter::once(prefix(name).unwrap_or_default())
        .chain(attributes.iter().filter_map(|(_, name)| prefix(name)));
    let fresh = to_declare(element, how, outer, used);
    // 4.2 of Canonical XML: the attributes by namespace, then by name; none comes before any.
    attributes.sort_by_key(|(attribute, _)| (attribute.namespace(), attribute.name()));

    out.push('<');
    out.push_str(name);
    for (prefix, uri) in &fresh {
        let name = if prefix.is_empty() {
            "xmlns".to_owned()
        } else {
            format!("xmlns:{prefix}")
        };
        write_attribute(&name, uri, out);
    }
    for (attribute, name) in &attributes {
        write_attribute(name, attribute.value(), out);
    }
    out.push('>');

    let mut declared = outer.clone();
    declared.extend(fresh);
    for child in element.children() {
        if child.is_element() && how.without != Some(child.id()) {
            write_element(child, how, &declared, out)?;
        } else if child.is_text() {
            write_text(child.text().unwrap_or_default(), out);
        }
    }
    out.push_str("</");
    out.push_str(name);
    out.push('>');
    Ok(())
}

/// xml-exc-c14n 3: what is visibly used, or on the list, and not declared with the same value further out.
fn to_declare<'a>(
    element: Element<'a, '_>,
    how: &'a Canonical,
    outer: &Declared<'a>,
    used: impl Iterator<Item = &'a str>,
) -> Declared<'a> {
    let in_scope = |prefix: &str| {
        let prefix = Some(prefix).filter(|prefix| !prefix.is_empty());
        element.lookup_namespace_uri(prefix)
    };
    let listed = how
        .prefixes
        .iter()
        .map(|prefix| match prefix.as_str() {
            "#default" => "",
            prefix => prefix,
        })
        .filter(|prefix| prefix.is_empty() || in_scope(prefix).is_some());
    used.chain(listed)
        .filter(|prefix| *prefix != "xml")
        .map(|prefix| (prefix, in_scope(prefix).unwrap_or_default()))
        .filter(|(prefix, uri)| outer.get(prefix).copied().unwrap_or_default() != *uri)
        .collect()
}

/// The name as it is written: the tree keeps namespaces, and not by which prefix.
fn qualified_name<'input>(element: Element<'_, 'input>) -> Result<&'input str, XmlError> {
    let source = element.document().input_text();
    let after = source.get(element.range().start + 1..);
    let name = after
        .and_then(|after| after.split([' ', '\t', '\n', '\r', '/', '>']).next())
        .ok_or(XmlError::Malformed)?;
    told_by(name, element.tag_name().name())
}

fn attribute_name<'input>(
    element: Element<'_, 'input>,
    attribute: &Attribute<'_, '_>,
) -> Result<&'input str, XmlError> {
    let source = element.document().input_text();
    let name = source.get(attribute.range_qname());
    told_by(name.ok_or(XmlError::Malformed)?, attribute.name())
}

fn told_by<'a>(qualified: &'a str, local: &str) -> Result<&'a str, XmlError> {
    let last = qualified.rsplit(':').next();
    if last == Some(local) {
        Ok(qualified)
    } else {
        Err(XmlError::Malformed)
    }
}

fn prefix(qualified: &str) -> Option<&str> {
    qualified.split_once(':').map(|(prefix, _)| prefix)
}

fn write_attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    for character in value.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn write_text(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::xml::{Rules, Source, attribute, descendants, is, names};

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        prefixes: String,
        xml: String,
        canonical: String,
    }

    /// By xmlsec1 on libxml2: tests/vectors/make.py.
    #[test]
    fn elements_become_the_octets_that_xmlsec1_digests() {
        let vectors = include_str!("../../tests/vectors/canonical.json");
        let vectors: Vec<Vector> = serde_json::from_str(vectors).unwrap();
        assert!(vectors.len() > 90);
        for vector in vectors {
            let source = Source::new(vector.xml.as_bytes(), Rules::File).unwrap();
            let document = source.parse().unwrap();
            let apex = descendants(document.root_element())
                .find(|it| attribute(*it, "ID") == Some("apex"))
                .unwrap();
            let signature = descendants(apex)
                .find(|it| is(*it, names::DSIG, "Signature"))
                .unwrap();
            let how = Canonical {
                prefixes: vector
                    .prefixes
                    .split_ascii_whitespace()
                    .map(str::to_owned)
                    .collect(),
                without: Some(signature.id()),
            };
            let name = vector.name;
            assert_eq!(canonical(apex, &how).unwrap(), vector.canonical, "{name}");

            // What is canonical stays as it is.
            let again = Source::new(vector.canonical.as_bytes(), Rules::Message).unwrap();
            let again = again.parse().unwrap();
            let same = canonical(
                again.root_element(),
                &Canonical {
                    without: None,
                    ..how
                },
            );
            assert_eq!(same.unwrap(), vector.canonical, "{name}, again");
        }
    }
}
