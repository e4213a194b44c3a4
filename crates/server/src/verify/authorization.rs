use std::collections::HashMap;

use broker::protocol::Call;
use broker::socket::CallError;
use crypto::token::{self, TokenKind};
use kernel::Scope;
use trust::{Control, Found};
use url::Url;

use super::canary::plant;
use super::visitor::Failed;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "connectors.authorization",
    "CO-03",
    "A person is sent to an app for a code, with a state and an S256 challenge (PKCE) that no other round trip has; what comes back is taken once, and from that person alone.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// What both are, in base64url: 32 bytes, without padding.
const CHALLENGE_LETTERS: usize = 43;

async fn look(context: &Context) -> Look {
    let mut before: Option<HashMap<String, String>> = None;
    for _ in 0..2 {
        let sent = parameters(&plant(context).await?.goes_on);
        let of = |name: &str| sent.get(name).map_or("", String::as_str);
        if of("response_type") != "code" {
            fail!("a person is sent for a {:?}", of("response_type"));
        }
        if of("code_challenge_method") != "S256" || of("code_challenge").len() != CHALLENGE_LETTERS
        {
            fail!("a person is sent without an S256 challenge");
        }
        if of("state").len() < CHALLENGE_LETTERS {
            fail!(
                "a person is sent with a state of {} letters",
                of("state").len()
            );
        }
        for name in ["state", "code_challenge"] {
            let earlier = before.as_ref().and_then(|before| before.get(name));
            if earlier.is_some_and(|earlier| earlier == of(name)) {
                fail!("two round trips have one {name}");
            }
        }
        before = Some(sent);
    }
    if let Some(why) = another_state(context).await? {
        return Ok(Found::Fail(why));
    }
    Ok(Found::Pass(
        "two round trips asked for a code, each with a state and an S256 challenge of its own; an answer was refused with a made-up state, by another person, and the second time".to_owned(),
    ))
}

fn parameters(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

/// Brings an app's answer back with a state that is not, or no more, this person's. What came through, if anything.
pub(super) async fn another_state(context: &Context) -> Result<Option<String>, Failed> {
    let begun = parameters(&plant(context).await?.goes_on);
    let state = begun.get("state");
    let state = state.ok_or("the broker began a round trip without a state")?;
    let made_up = token::generate(TokenKind::OauthState, context.db.chance());
    let other = Scope::Session(context.b.hash);
    for (how, state, scope) in [
        ("made up", made_up.expose(), context.scope_a()),
        ("that of another person", state, other),
    ] {
        let got = finish(context, &scope, state).await;
        if got != "connectors.dead_state" {
            return Ok(Some(format!(
                "an app's answer with a state {how} got {got}"
            )));
        }
    }
    // It is good where it began, once: what is wrong then is the code.
    let own = finish(context, &context.scope_a(), state).await;
    if own == "connectors.dead_state" {
        return Err("the state of the own round trip is refused".into());
    }
    let again = finish(context, &context.scope_a(), state).await;
    Ok((again != "connectors.dead_state").then(|| format!("a state that came twice got {again}")))
}

async fn finish(context: &Context, scope: &Scope, state: &str) -> String {
    let call = Call::FinishConnect {
        state: state.to_owned(),
        code: "control".to_owned(),
        issuer: None,
    };
    match context.broker.call(scope, call).await {
        Err(CallError::Failed(failure)) => failure.code,
        Err(other) => other.to_string(),
        Ok(_) => "through".to_owned(),
    }
}
