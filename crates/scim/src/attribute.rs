use serde_json::{Value, json};

/// What an attribute's values are (RFC 7643 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text of at most so many characters.
    Text(usize),
    Boolean,
    DateTime,
    /// The address of a resource of these types.
    Reference(&'static [&'static str]),
    Complex(&'static [Attribute]),
}

/// Who may set an attribute, and when (RFC 7643 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutability {
    ReadWrite,
    ReadOnly,
    /// Where the value that it is part of comes into being, and never again.
    Immutable,
}

/// An attribute of a schema of ours (RFC 7643 7).
#[expect(
    clippy::struct_excessive_bools,
    reason = "the RFC's characteristics of an attribute, which do not depend on each other"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) is_multi: bool,
    pub(crate) is_required: bool,
    pub(crate) is_exact: bool,
    pub(crate) is_unique: bool,
    pub(crate) is_always: bool,
    pub(crate) mutability: Mutability,
    /// Values that are usual.
    pub(crate) usual: &'static [&'static str],
    pub(crate) says: &'static str,
}

impl Attribute {
    /// One value, which may be absent, is set by the client, and is compared whatever its case.
    pub(crate) const fn new(name: &'static str, kind: Kind, says: &'static str) -> Self {
        Self {
            name,
            kind,
            is_multi: false,
            is_required: false,
            is_exact: false,
            is_unique: false,
            is_always: false,
            mutability: Mutability::ReadWrite,
            usual: &[],
            says,
        }
    }

    pub(crate) const fn multi(self) -> Self {
        Self {
            is_multi: true,
            ..self
        }
    }

    pub(crate) const fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }

    pub(crate) const fn unique(self) -> Self {
        Self {
            is_unique: true,
            ..self
        }
    }

    pub(crate) const fn exact(self) -> Self {
        Self {
            is_exact: true,
            ..self
        }
    }

    pub(crate) const fn always(self) -> Self {
        Self {
            is_always: true,
            ..self
        }
    }

    pub(crate) const fn by(self, mutability: Mutability) -> Self {
        Self { mutability, ..self }
    }

    pub(crate) const fn usually(self, usual: &'static [&'static str]) -> Self {
        Self { usual, ..self }
    }

    /// Its parts; none of one that is not complex.
    pub(crate) const fn parts(&self) -> &'static [Attribute] {
        match self.kind {
            Kind::Complex(parts) => parts,
            _ => &[],
        }
    }

    /// As the endpoint of schemas describes it.
    pub(crate) fn described(&self) -> Value {
        let kind = match self.kind {
            Kind::Text(_) => "string",
            Kind::Boolean => "boolean",
            Kind::DateTime => "dateTime",
            Kind::Reference(_) => "reference",
            Kind::Complex(_) => "complex",
        };
        let mut described = json!({
            "name": self.name,
            "type": kind,
            "multiValued": self.is_multi,
            "description": self.says,
            "required": self.is_required,
            "caseExact": self.is_exact,
            "mutability": match self.mutability {
                Mutability::ReadWrite => "readWrite",
                Mutability::ReadOnly => "readOnly",
                Mutability::Immutable => "immutable",
            },
            "returned": if self.is_always { "always" } else { "default" },
            "uniqueness": if self.is_unique { "server" } else { "none" },
        });
        if let Some(object) = described.as_object_mut() {
            if !self.usual.is_empty() {
                object.insert("canonicalValues".to_owned(), json!(self.usual));
            }
            if let Kind::Complex(parts) = self.kind {
                let parts: Vec<Value> = parts.iter().map(Self::described).collect();
                object.insert("subAttributes".to_owned(), json!(parts));
            }
            if let Kind::Reference(types) = self.kind {
                object.insert("referenceTypes".to_owned(), json!(types));
            }
        }
        described
    }
}

/// The attribute of that name, whatever its case (RFC 7643 2.1).
pub(crate) fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}
