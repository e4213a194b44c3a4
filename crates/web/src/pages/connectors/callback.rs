use axum::response::Response;
use broker::protocol::{Answer, Call};
use serde::Deserialize;

use crate::Can;
use crate::extract::{Caller, Query};
use crate::pages::answer::{done, failed};
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsManage;

/// What a provider sends a person back with (RFC 6749 4.1.2, RFC 9207). Others may add to it.
#[derive(Deserialize)]
pub(super) struct Returned {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// Where a provider sends a person back to: trades the code for tokens, which stay in the broker.
///
/// A GET that changes something, as OAuth has it; `state` binds it to the round trip that this
/// person began, once.
pub(super) async fn callback(
    can: Can<ConnectorsManage>,
    Query(returned): Query<Returned>,
) -> Result<Response, Problem> {
    let caller = can.release();
    if let Some(error) = &returned.error {
        return Ok(failed(&caller.state, "/connectors", &told(error)));
    }
    match finish(&caller, returned).await {
        Ok(to) => Ok(done(&caller.state, &to, "Connected.")),
        Err(problem) if problem.status() == 401 => Err(problem),
        Err(problem) => Ok(failed(&caller.state, "/connectors", problem.sentence())),
    }
}

async fn finish(caller: &Caller, returned: Returned) -> Result<String, Problem> {
    let (Some(state), Some(code)) = (returned.state, returned.code) else {
        return Err(
            Problem::new(kind::CONNECT_REFUSED).saying("The app sent no code: connect again.")
        );
    };
    let call = Call::FinishConnect {
        state,
        code,
        issuer: returned.iss,
    };
    match caller.ask(call).await? {
        Answer::Connected { connection } => Ok(format!("/connectors/{connection}")),
        _ => Err(Problem::new(kind::INTERNAL).because("broker.unexpected_answer")),
    }
}

/// RFC 6749 4.1.2.1. The provider's own description is not shown: anybody can make a link with one.
fn told(error: &str) -> String {
    match error {
        "access_denied" => "You said no at the app. Nothing was connected.".to_owned(),
        "temporarily_unavailable" | "server_error" => {
            "The app cannot answer at this moment. Try again in a minute.".to_owned()
        }
        _ => kind::CONNECT_REFUSED.sentence.to_owned(),
    }
}
