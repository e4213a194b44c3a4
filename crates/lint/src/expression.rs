//! Questions about a policy's expression.

use std::collections::BTreeSet;

use crate::catalogue::Oid;
use crate::tree::Node;

const BOOL: u32 = 16;
/// `ANY_SUBLINK` of primnodes.h: `x in (select …)` and `x = any (select …)`.
const ANY: u32 = 2;

/// Whether the expression holds whatever the row is: `true`, `1 = 1`, and what `and` and `or` make of
/// them.
pub(crate) fn is_always_true(node: &Node) -> bool {
    match node.name() {
        "CONST" => {
            let is_true = matches!(node, Node::Struct { rest, .. } if rest.get(1).is_some_and(|byte| byte == "1"));
            node.number("consttype") == Some(BOOL) && is_true
        }
        "BOOLEXPR" => {
            let parts = node.field("args").map_or(&[][..], Node::items);
            match node.field("boolop") {
                Some(Node::Atom(word)) if word == "or" => parts.iter().any(is_always_true),
                Some(Node::Atom(word)) if word == "and" => parts.iter().all(is_always_true),
                _ => false,
            }
        }
        "OPEXPR" => match node.field("args").map(Node::items) {
            Some([left, right]) => {
                left.name() == "CONST" && without_place(left) == without_place(right)
            }
            _ => false,
        },
        _ => false,
    }
}

/// A constant without where it stood in the text.
fn without_place(node: &Node) -> Node {
    let mut node = node.clone();
    if let Node::Struct { fields, .. } = &mut node {
        fields.remove("location");
    }
    node
}

/// Whether the expression looks at that column of the policy's table.
pub(crate) fn looks_at(node: &Node, column: i16) -> bool {
    any(node, 0, &mut |node, depth| {
        is_variable_of(node, depth)
            && matches!(node.number::<i16>("varattno"), Some(found) if found == column || found == 0)
    })
}

/// Functions that are called anew for each row though no part of a row goes into them.
pub(crate) fn calls_per_row(node: &Node) -> BTreeSet<Oid> {
    let mut found = BTreeSet::new();
    collect_calls(node, &mut found);
    found
}

fn collect_calls(node: &Node, found: &mut BTreeSet<Oid>) {
    // A subquery that names nothing of the row is run once, before the scan.
    if node.name() == "QUERY" && is_alone(node) {
        return;
    }
    if node.name() == "FUNCEXPR" {
        let takes_a_row = any(node, 0, &mut |part, _| part.name() == "VAR");
        if !takes_a_row {
            found.extend(node.number::<Oid>("funcid"));
        }
    }
    for child in node.children() {
        collect_calls(child, found);
    }
}

/// Whether a column is looked for with `in (select …)` in a set that is the same for each row.
pub(crate) fn has_set_in_subselect(node: &Node) -> bool {
    any(node, 0, &mut |node, depth| {
        node.name() == "SUBLINK"
            && node.number("subLinkType") == Some(ANY)
            && node.field("subselect").is_some_and(is_alone)
            && node.field("testexpr").is_some_and(|test| {
                any(test, depth, &mut |part, depth| is_variable_of(part, depth))
            })
    })
}

/// The functions of an expression, with those of its operators, given as numbers of `pg_proc`.
pub(crate) fn functions(node: &Node) -> BTreeSet<Oid> {
    let mut found = BTreeSet::new();
    any(node, 0, &mut |node, _| {
        found.extend(node.number::<Oid>("funcid"));
        found.extend(node.number::<Oid>("opfuncid"));
        false
    });
    found.remove(&0);
    found
}

/// The operators of an expression. A stored one names its function only where it was planned.
pub(crate) fn operators(node: &Node) -> BTreeSet<Oid> {
    let mut found = BTreeSet::new();
    any(node, 0, &mut |node, _| {
        found.extend(node.number::<Oid>("opno"));
        false
    });
    found
}

/// A column of the table that the policy is of. Depth counts the queries around.
fn is_variable_of(node: &Node, depth: u32) -> bool {
    node.name() == "VAR" && node.number("varlevelsup") == Some(depth)
}

/// Whether a query names nothing of what is around it.
fn is_alone(query: &Node) -> bool {
    !any(query, 0, &mut |node, depth| {
        node.name() == "VAR"
            && node
                .number::<u32>("varlevelsup")
                .is_some_and(|level| level >= depth)
    })
}

fn any(node: &Node, depth: u32, test: &mut impl FnMut(&Node, u32) -> bool) -> bool {
    let depth = depth + u32::from(node.name() == "QUERY");
    test(node, depth)
        || node
            .children()
            .into_iter()
            .any(|child| any(child, depth, test))
}
