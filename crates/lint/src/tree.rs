//! Expressions as PostgreSQL stores them: the text of `pg_node_tree`.
//!
//! The tree and not `pg_get_expr`'s SQL, because a rule asks which function is called on which row:
//! SQL text says `f(x)` for both a column and a name of an outer query, and takes a parser of the whole
//! language. The stored form has been the same brackets since PostgreSQL 8 (outfuncs.c, read.c); fields
//! come and go, and are found by name.

use std::collections::BTreeMap;

/// A part of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// `{NAME :field value}`
    Struct {
        name: String,
        /// Each with the first of its values; a constant's bytes are in `rest`.
        fields: BTreeMap<String, Node>,
        /// What follows the first value of the last field.
        rest: Vec<String>,
    },
    /// `(a b)`
    List(Vec<Node>),
    /// A word or number.
    Atom(String),
}

/// Deeper than any person's expression, and shallow enough for the stack.
const MOST_DEEP: usize = 200;

impl Node {
    /// Reads what `::text` makes of a `pg_node_tree`. Nothing where it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut tokens = Tokens { rest: text };
        let first = tokens.next()?;
        let node = parse(first, &mut tokens, 0)?;
        tokens.next().is_none().then_some(node)
    }

    /// What kind of node it is, such as `FUNCEXPR`.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Struct { name, .. } => name,
            _ => "",
        }
    }

    pub(crate) fn field(&self, field: &str) -> Option<&Self> {
        match self {
            Self::Struct { fields, .. } => fields.get(field),
            _ => None,
        }
    }

    /// A field that is a number: an identifier, a position, a kind.
    pub(crate) fn number<T: std::str::FromStr>(&self, field: &str) -> Option<T> {
        match self.field(field)? {
            Self::Atom(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// What stands directly below it.
    pub(crate) fn children(&self) -> Vec<&Self> {
        match self {
            Self::Struct { fields, .. } => fields.values().collect(),
            Self::List(items) => items.iter().collect(),
            Self::Atom(_) => Vec::new(),
        }
    }

    /// The parts of a list.
    pub(crate) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }
}

fn parse(token: Token, tokens: &mut Tokens<'_>, depth: usize) -> Option<Node> {
    if depth > MOST_DEEP {
        return None;
    }
    match token {
        Token::Word(word) => Some(Node::Atom(word)),
        Token::Open => {
            let mut items = Vec::new();
            loop {
                match tokens.next()? {
                    Token::Close => return Some(Node::List(items)),
                    token => items.push(parse(token, tokens, depth + 1)?),
                }
            }
        }
        Token::OpenStruct => parse_struct(tokens, depth),
        Token::Close | Token::CloseStruct => None,
    }
}

fn parse_struct(tokens: &mut Tokens<'_>, depth: usize) -> Option<Node> {
    let Token::Word(name) = tokens.next()? else {
        return None;
    };
    let (mut fields, mut rest) = (BTreeMap::new(), Vec::new());
    loop {
        match tokens.next()? {
            Token::CloseStruct => return Some(Node::Struct { name, fields, rest }),
            Token::Word(word) => match word.strip_prefix(':') {
                // Whatever follows is the value, also where it looks like the name of a field: an
                // alias may be called `:funcid`.
                Some(field) => {
                    let first = tokens.next()?;
                    let value = parse(first, tokens, depth + 1)?;
                    fields.insert(field.to_owned(), value);
                    rest.clear();
                }
                None => rest.push(word),
            },
            token => {
                parse(token, tokens, depth + 1)?;
            }
        }
    }
}

enum Token {
    Open,
    Close,
    OpenStruct,
    CloseStruct,
    Word(String),
}

struct Tokens<'a> {
    rest: &'a str,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\t']);
        let mut chars = self.rest.char_indices().peekable();
        let single = match chars.peek()?.1 {
            '(' => Some(Token::Open),
            ')' => Some(Token::Close),
            '{' => Some(Token::OpenStruct),
            '}' => Some(Token::CloseStruct),
            _ => None,
        };
        if single.is_some() {
            self.rest = self.rest.get(1..)?;
            return single;
        }
        let mut word = String::new();
        let mut end = self.rest.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => word.extend(chars.next().map(|(_, c)| c)),
                ' ' | '\n' | '\t' | '(' | ')' | '{' | '}' => {
                    end = at;
                    break;
                }
                c => word.push(c),
            }
        }
        self.rest = self.rest.get(end..)?;
        Some(Token::Word(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_keeps_its_bytes() {
        let node = Node::parse(
            "{CONST :consttype 16 :constlen 1 :constbyval true :constisnull false :location 9 :constvalue 1 [ 1 0 0 0 0 0 0 0 ]}",
        )
        .unwrap();
        assert_eq!(node.name(), "CONST");
        assert_eq!(node.number::<u32>("consttype"), Some(16));
        assert!(matches!(&node, Node::Struct { rest, .. } if rest.join("").starts_with("[1")));
    }

    #[test]
    fn an_alias_that_looks_like_a_field_is_a_value() {
        let node = Node::parse(r#"{ALIAS :aliasname :funcid :colnames ("a\ b" "\}")}"#).unwrap();
        assert_eq!(
            node.field("aliasname"),
            Some(&Node::Atom(":funcid".to_owned()))
        );
        assert_eq!(
            node.field("colnames").map(|names| names.items().len()),
            Some(2)
        );
        assert_eq!(node.field("funcid"), None);
    }

    #[test]
    fn what_is_no_tree_is_not_read() {
        let deep = "(".repeat(100_000);
        for text in ["", "{", "{CONST :a}", ")", "(a", "{A :b 1} {C}", &deep] {
            assert_eq!(Node::parse(text), None, "{}", text.len());
        }
    }
}
