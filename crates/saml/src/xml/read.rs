use roxmltree::Node;

/// An element of a parsed document.
pub(crate) type Element<'a, 'input> = Node<'a, 'input>;

/// Whether an element has exactly this name, in exactly this namespace.
pub(crate) fn is(element: Element<'_, '_>, namespace: &str, name: &str) -> bool {
    let tag = element.tag_name();
    tag.namespace() == Some(namespace) && tag.name() == name
}

/// The elements in it, in order.
pub(crate) fn children<'a, 'input>(
    element: Element<'a, 'input>,
) -> impl Iterator<Item = Element<'a, 'input>> {
    element.children().filter(Node::is_element)
}

/// It, and all elements below it.
pub(crate) fn descendants<'a, 'input>(
    element: Element<'a, 'input>,
) -> impl Iterator<Item = Element<'a, 'input>> {
    element.descendants().filter(Node::is_element)
}

/// The one child of this name. None where there is none, or more than one.
pub(crate) fn only<'a, 'input>(
    element: Element<'a, 'input>,
    namespace: &str,
    name: &str,
) -> Option<Element<'a, 'input>> {
    let mut found = children(element).filter(|child| is(*child, namespace, name));
    found.next().filter(|_| found.next().is_none())
}

/// An attribute in no namespace.
pub(crate) fn attribute<'a>(element: Element<'a, '_>, name: &str) -> Option<&'a str> {
    element
        .attributes()
        .find(|attribute| attribute.namespace().is_none() && attribute.name() == name)
        .map(|attribute| attribute.value())
}

/// All the text of an element that has nothing but text: never a part of it. None where there is an element in it.
pub(crate) fn text(element: Element<'_, '_>) -> Option<String> {
    element
        .children()
        .map(|child| match child.is_element() {
            true => None,
            false if child.is_text() => child.text(),
            false => Some(""),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;

    #[test]
    fn text_is_whole_or_none() {
        for (xml, all) in [
            ("<a>b<!-- c -->d</a>", Some("bd")),
            ("<a>b<?c d?>e</a>", Some("be")),
            ("<a/>", Some("")),
            ("<a>b<c/>d</a>", None),
        ] {
            let document = Document::parse(xml).unwrap();
            assert_eq!(text(document.root_element()).as_deref(), all, "{xml}");
        }
    }

    #[test]
    fn a_name_in_another_namespace_is_another_name() {
        let xml = "<a xmlns='urn:x' xmlns:y='urn:y' y:ID='1'><y:b/><b/><b xmlns=''/></a>";
        let document = Document::parse(xml).unwrap();
        let root = document.root_element();
        assert!(only(root, "urn:x", "b").is_some() && only(root, "urn:y", "b").is_some());
        assert!(only(root, "urn:z", "b").is_none());
        assert_eq!(attribute(root, "ID"), None);
    }
}
