use std::ops::Range;

use apollo_parser::cst::{CstNode, Definition, OperationDefinition, Type, VariableDefinition};
use apollo_parser::{Parser, SyntaxNode};

use super::selection::{Selected, select};

/// What a document is.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) kind: Kind,
    /// The fields at its root: each is resolved on its own.
    pub(super) roots: usize,
    pub(super) variables: Vec<Variable>,
    pub(super) selected: Selected,
}

/// What a document does to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Query,
    Mutation,
}

/// A variable as the document declares it.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) kind: Shape,
    pub(super) place: Range<usize>,
}

/// The type of a variable, as far as a document tells: what is no built-in scalar and no list may be
/// a scalar, an enumeration or an input object of the app's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Integer,
    Float,
    Boolean,
    List(Box<Shape>),
    Other,
}

/// What is wrong with a document, and where in it.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) place: Range<usize>,
    pub(super) problem: String,
}

/// Levels of the deepest document, and tokens of the longest: a reader of untrusted text has an end.
const MAX_DEPTH: usize = 64;
const MAX_TOKENS: usize = 20_000;

/// Reads a document that holds one operation and nothing else.
pub(super) fn read(text: &str) -> Result<Read, Wrong> {
    let parser = Parser::new(text)
        .recursion_limit(MAX_DEPTH)
        .token_limit(MAX_TOKENS);
    let tree = parser.parse();
    if let Some(error) = tree.errors().next() {
        let end = (error.index() + error.data().len()).min(text.len());
        return Err(Wrong {
            place: error.index().min(end)..end,
            problem: format!("not a GraphQL document: {}", error.message()),
        });
    }
    let mut definitions = tree.document().definitions();
    let (Some(first), more) = (definitions.next(), definitions.next()) else {
        return Err(Wrong {
            place: 0..text.len(),
            problem: "the document is empty".to_owned(),
        });
    };
    if let Some(more) = more {
        return Err(wrong(
            more.syntax(),
            "a document is one operation, without fragments of its own or a second operation",
        ));
    }
    match first {
        Definition::OperationDefinition(operation) => of_operation(&operation),
        other => Err(wrong(other.syntax(), "a document is a query or a mutation")),
    }
}

fn of_operation(operation: &OperationDefinition) -> Result<Read, Wrong> {
    let kind = operation.operation_type();
    let kind = match &kind {
        // GraphQL 2.3: a document of a selection alone is a query.
        None => Kind::Query,
        Some(kind) if kind.query_token().is_some() => Kind::Query,
        Some(kind) if kind.mutation_token().is_some() => Kind::Mutation,
        Some(kind) => return Err(wrong(kind.syntax(), "nothing subscribes to an app")),
    };
    if let Some(directives) = operation.directives() {
        return Err(no_directive(directives.syntax()));
    }
    let variables = operation
        .variable_definitions()
        .into_iter()
        .flat_map(|all| all.variable_definitions())
        .map(|variable| of_variable(&variable))
        .collect::<Result<_, _>>()?;
    let selection = operation.selection_set();
    let selection =
        selection.ok_or_else(|| wrong(operation.syntax(), "the document asks for nothing"))?;
    let selected = select(&selection)?;
    Ok(Read {
        kind,
        roots: selected.roots,
        variables,
        selected,
    })
}

fn of_variable(variable: &VariableDefinition) -> Result<Variable, Wrong> {
    let unreadable = || wrong(variable.syntax(), "a variable has a name and a type");
    if let Some(directives) = variable.directives() {
        return Err(no_directive(directives.syntax()));
    }
    let name = variable.variable().and_then(|variable| variable.name());
    let kind = variable.ty().ok_or_else(unreadable)?;
    Ok(Variable {
        name: name.ok_or_else(unreadable)?.text().to_string(),
        required: matches!(kind, Type::NonNullType(_)) && variable.default_value().is_none(),
        kind: shape(&kind).ok_or_else(unreadable)?,
        place: place(variable.syntax()),
    })
}

fn shape(kind: &Type) -> Option<Shape> {
    let named = |name: apollo_parser::cst::NamedType| {
        // GraphQL 3.5.
        Some(match name.name()?.text().as_str() {
            "String" | "ID" => Shape::Text,
            "Int" => Shape::Integer,
            "Float" => Shape::Float,
            "Boolean" => Shape::Boolean,
            _ => Shape::Other,
        })
    };
    let list =
        |list: apollo_parser::cst::ListType| Some(Shape::List(Box::new(shape(&list.ty()?)?)));
    match kind {
        Type::NamedType(name) => named(name.clone()),
        Type::ListType(of) => list(of.clone()),
        Type::NonNullType(kind) => match (kind.named_type(), kind.list_type()) {
            (Some(name), _) => named(name),
            (None, Some(of)) => list(of),
            (None, None) => None,
        },
    }
}

/// Directives change what a document asks for by the variables of a call.
pub(super) fn no_directive(node: &SyntaxNode) -> Wrong {
    wrong(
        node,
        "a document has no directives: it asks for the same in each call",
    )
}

pub(super) fn wrong(node: &SyntaxNode, problem: &str) -> Wrong {
    Wrong {
        place: place(node),
        problem: problem.to_owned(),
    }
}

fn place(node: &SyntaxNode) -> Range<usize> {
    let range = node.text_range();
    range.start().into()..range.end().into()
}
