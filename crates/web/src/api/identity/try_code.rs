use broker::protocol::{Answer, Call, SecretText, Tried};
use broker::socket::CallError;
use identity::Proved;
use kernel::Scope;

use crate::AppState;
use crate::problem::{Problem, kind};
use crate::throttle::Wait;

/// Tries what a person typed: a code of their authenticator app, which the broker compares, or a recovery
/// code, which the database does.
pub(crate) async fn try_code(state: &AppState, scope: &Scope, code: &str) -> Result<(), Problem> {
    if identity::is_like_recovery_code(code) {
        return taken(identity::use_recovery_code(&state.db, scope, code).await?);
    }
    let call = Call::TryCode {
        code: SecretText::new(code.to_owned()),
    };
    let Answer::Tried(tried) = state.broker.call(scope, call).await? else {
        return Err(CallError::Unexpected.into());
    };
    match tried {
        Tried::Right => Ok(()),
        Tried::Wrong | Tried::None => Err(Problem::new(kind::WRONG_CODE)),
        Tried::Wait { seconds } => Err(Wait(seconds.into()).into()),
    }
}

/// What the database said of a proof that it compared.
pub(crate) fn taken(proved: Proved) -> Result<(), Problem> {
    match proved {
        Proved::Right => Ok(()),
        Proved::Wrong => Err(Problem::new(kind::WRONG_CODE)),
        Proved::Wait(seconds) => Err(Wait(seconds.into()).into()),
    }
}
