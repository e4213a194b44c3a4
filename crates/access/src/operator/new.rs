use std::time::Duration;

use kernel::OrganisationId;

/// An access to open, by whoever runs this server.
#[derive(Debug)]
pub struct NewOperatorAccess {
    pub(crate) organisation: Wanted,
    pub(crate) operator: String,
    pub(crate) reason: String,
    pub(crate) lifetime: Duration,
}

/// Which organisation.
#[derive(Debug)]
pub(crate) enum Wanted {
    Id(OrganisationId),
    Name(String),
}

/// What is wrong with what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NewOperatorAccessError {
    /// Under 10 or over 500 characters.
    #[error("say why, in 10 to 500 characters: the organisation reads it")]
    Reason,
    /// No name, or over 100 characters.
    #[error("say who looks, in 2 to 100 characters")]
    Operator,
    /// Under 5 minutes or over 8 hours.
    #[error("an access lasts 5 minutes to 8 hours")]
    Lifetime,
}

const SHORTEST: Duration = Duration::from_mins(5);
const LONGEST: Duration = Duration::from_hours(8);

impl NewOperatorAccess {
    /// Checks what was asked. The table of accesses asks for the same.
    pub fn parse(
        organisation: &str,
        operator: &str,
        reason: &str,
        lifetime: Duration,
    ) -> Result<Self, NewOperatorAccessError> {
        let (operator, reason) = (operator.trim(), reason.trim());
        let is_line = |text: &str| !text.chars().any(char::is_control);
        if !(2..=100).contains(&operator.chars().count()) || !is_line(operator) {
            return Err(NewOperatorAccessError::Operator);
        }
        if !(10..=500).contains(&reason.chars().count()) || !is_line(reason) {
            return Err(NewOperatorAccessError::Reason);
        }
        if !(SHORTEST..=LONGEST).contains(&lifetime) {
            return Err(NewOperatorAccessError::Lifetime);
        }
        let organisation = organisation.trim();
        Ok(Self {
            organisation: organisation
                .parse()
                .map_or_else(|_| Wanted::Name(organisation.to_owned()), Wanted::Id),
            operator: operator.to_owned(),
            reason: reason.to_owned(),
            lifetime,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_looks_without_a_reason_a_name_and_an_end() {
        let parse = |operator: &str, reason: &str, minutes| {
            let lifetime = Duration::from_mins(minutes);
            NewOperatorAccess::parse("Example", operator, reason, lifetime).map(|_| ())
        };
        let reason = "Ticket 4711: a scan does not end";
        assert_eq!(parse("Example Operator", reason, 60), Ok(()));
        for wrong in [
            "",
            "          ",
            "because",
            "a reason\nof two lines",
            &"a".repeat(501),
        ] {
            let refused = parse("Example Operator", wrong, 60);
            assert_eq!(refused, Err(NewOperatorAccessError::Reason), "{wrong:?}");
        }
        assert_eq!(
            parse(" ", reason, 60),
            Err(NewOperatorAccessError::Operator)
        );
        for minutes in [0, 4, 481] {
            let refused = parse("Example Operator", reason, minutes);
            assert_eq!(refused, Err(NewOperatorAccessError::Lifetime), "{minutes}");
        }
    }
}
