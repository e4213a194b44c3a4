use axum::response::{IntoResponse as _, Redirect, Response};
use broker::protocol::{Answer, Call};
use serde::Deserialize;

use crate::Can;
use crate::extract::Query;
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsManage;

/// What an app sends a person back with (RFC 6749 4.1.2 and 4.1.2.1, RFC 9207). Apps add parameters
/// of their own, so unknown ones are passed over.
#[derive(Debug, Deserialize)]
pub(super) struct CameBack {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// Ends an OAuth round trip. The broker checks state and issuer, and trades the code.
pub(super) async fn callback(
    can: Can<ConnectorsManage>,
    Query(back): Query<CameBack>,
) -> Result<Response, Problem> {
    let caller = can.release();
    let (Some(state), Some(code)) = (back.state, back.code) else {
        // `access_denied` is a person who said no; the rest is told in the same words.
        let refused = back.error.as_deref() == Some("access_denied");
        let saying = if refused {
            "You did not allow it at the app. Nothing was connected."
        } else {
            "The app sent no code. Connect again."
        };
        return Err(Problem::new(kind::BROKER_FAILED).coded(409, "connectors.refused").saying(saying));
    };
    let call = Call::FinishConnect { state, code, issuer: back.iss };
    match caller.state.broker.call(&caller.scope, call).await? {
        Answer::Connected { connection } => {
            Ok(Redirect::to(&format!("/connectors/{connection}")).into_response())
        }
        _ => Err(Problem::new(kind::INTERNAL).because("broker.unexpected_answer")),
    }
}
