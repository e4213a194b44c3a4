use db::{Error, Refusal};

use super::{Problem, kind};

/// Seconds; longer than a burst of requests, shorter than anybody's patience.
const RETRY_AFTER: u64 = 5;

/// Seconds; the controls run every few minutes.
const CLOSED_FOR: u64 = 300;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Unauthenticated => Self::new(kind::SIGNED_OUT),
            Error::SecondFactorDue => Self::new(kind::SECOND_FACTOR_DUE),
            Error::NoOrganisation => Self::new(kind::NO_ORGANISATION),
            Error::Forbidden => Self::new(kind::ACCESS_FORBIDDEN),
            Error::Refused(refusal) => refused(refusal),
            Error::Unavailable(_) => Self::new(kind::UNAVAILABLE)
                .retry_after(RETRY_AFTER)
                .because(error.to_string()),
            // Which value stands there already is nothing that a stranger may find out.
            Error::Exists | Error::Database(_) => internal(&error),
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Transition | Refusal::NotWaiting => Problem::new(kind::APPROVAL_NOT_WAITING),
        Refusal::OtherPayload => Problem::new(kind::APPROVAL_OTHER_PAYLOAD),
        Refusal::FourEyes => Problem::new(kind::APPROVAL_FOUR_EYES),
        Refusal::NotRecent => Problem::new(kind::NOT_RECENT),
        Refusal::NoFactor => Problem::new(kind::NO_SECOND_FACTOR),
        Refusal::NotOwn => Problem::new(kind::NOT_OWN_SESSION),
        Refusal::FactorIsProof => Problem::new(kind::FACTOR_IS_PROOF),
        Refusal::Origin => Problem::new(kind::ORIGIN_NOT_LISTED),
        Refusal::Closed => Problem::new(kind::ANONYMOUS_CLOSED).retry_after(CLOSED_FOR),
        // The front never sequences.
        Refusal::Sequenced => Problem::new(kind::INTERNAL).because("audit.sequenced"),
    }
}

/// A defect or an outage: the log gets the outline, whoever asked the request's number.
pub(super) fn internal(error: &Error) -> Problem {
    Problem::new(kind::INTERNAL).because(outline(error))
}

/// What kind of failure it was, without its text: a database's message quotes values, and SQL.
fn outline(error: &Error) -> String {
    let Error::Database(below) = error else {
        return error.to_string();
    };
    let state = match below.as_database_error() {
        Some(database) => database.code(),
        None => None,
    };
    if let Some(state) = state {
        return format!("{error}: SQLSTATE {state}");
    }
    // sqlx puts the kind first: "pool timed out while waiting", "error communicating with: ..."
    let text = below.to_string();
    let kind = text.split(':').next().unwrap_or_default();
    format!("{error}: {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internal_error_says_nothing_about_its_cause() {
        let problem = Problem::from(Error::Exists);
        assert_eq!(problem.kind(), &kind::INTERNAL);
        assert_eq!(problem.sentence(), kind::INTERNAL.sentence);
        assert_eq!(problem.cause(), Some("it exists already"));
    }
}
