use serde_json::Value;

use super::ValueType;

/// An argument that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct ArgumentError {
    /// Which: `title`, `labels[2]`, `fields.priority`.
    pub name: String,
    /// What is wrong with it. Never its value.
    pub problem: String,
}

impl ArgumentError {
    pub(crate) fn new(name: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            problem: problem.into(),
        }
    }

    /// One of a name that is none of the `declared`.
    pub(crate) fn undeclared<'a>(
        name: impl Into<String>,
        declared: impl Iterator<Item = &'a str>,
    ) -> Self {
        let declared: Vec<&str> = declared.collect();
        let problem = if declared.is_empty() {
            "not declared; it takes no arguments".to_owned()
        } else {
            format!("not declared; declared are {}", declared.join(", "))
        };
        Self::new(name, problem)
    }
}

impl ValueType {
    /// Whether `value`, named `name` in errors, is of this type.
    pub(crate) fn check(&self, name: &str, value: &Value) -> Result<(), ArgumentError> {
        let problem = match (self, value) {
            (Self::Text(rule), Value::String(text)) => rule.problem(text),
            (Self::Integer { min, max }, Value::Number(number)) => match number.as_i64() {
                Some(number) if (*min..=*max).contains(&number) => None,
                Some(_) => Some(format!("not within {min} and {max}")),
                None => Some("not an integer".to_owned()),
            },
            (Self::Moment, Value::String(text)) => super::moment::problem(text),
            (Self::Boolean, Value::Bool(_)) => None,
            (Self::Choice(values), Value::String(text)) => {
                (!values.contains(text)).then(|| format!("not one of {}", values.join(", ")))
            }
            (Self::List { items, max_items }, Value::Array(given)) => {
                if given.len() > *max_items {
                    return Err(ArgumentError::new(
                        name,
                        format!("more than {max_items} items"),
                    ));
                }
                for (index, item) in given.iter().enumerate() {
                    items.check(&format!("{name}[{index}]"), item)?;
                }
                None
            }
            (Self::Record(fields), Value::Object(given)) => {
                return fields.check(name, given);
            }
            _ => Some(format!("not {}", self.article())),
        };
        problem.map_or(Ok(()), |problem| Err(ArgumentError::new(name, problem)))
    }

    const fn article(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Choice(_) | Self::Moment => "a string",
            Self::Integer { .. } => "an integer",
            Self::Boolean => "true or false",
            Self::List { .. } => "an array",
            Self::Record(_) => "an object",
        }
    }

    /// The value whose text in a path or query is `text`; `None` for other spellings of it.
    pub(crate) fn read_text(&self, text: &str) -> Option<Value> {
        let value = match self {
            Self::Text(_) | Self::Choice(_) | Self::Moment => Value::from(text),
            Self::Integer { .. } => Value::from(text.parse::<i64>().ok()?),
            Self::Boolean => Value::from(text.parse::<bool>().ok()?),
            Self::List { .. } | Self::Record(_) => return None,
        };
        (to_text(&value).as_deref() == Some(text)).then_some(value)
    }
}

/// The text of a scalar in a path or query.
pub(crate) fn to_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
