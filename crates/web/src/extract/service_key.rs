use db::ReadTx;
use http::{HeaderMap, header};
use kernel::{Scope, TokenHash};

use super::can::{counted, too_often};
use crate::AppState;
use crate::problem::{Problem, kind};
use crate::route::Surface;

/// A service key, where a server shows it to the API (AC-09), or a directory to SCIM. MCP acts for a person.
pub(super) fn scope(
    hash: TokenHash,
    surface: Surface,
    headers: &HeaderMap,
) -> Result<Scope, Problem> {
    if is_from_browser(headers) {
        return Err(Problem::new(kind::SERVICE_KEY_IN_BROWSER));
    }
    if matches!(surface, Surface::Api | Surface::Scim) {
        Ok(Scope::ServiceKey(hash))
    } else {
        let elsewhere =
            "A service key opens the API below /api/v1 and SCIM below /scim/v2, and nothing else.";
        Err(Problem::new(kind::ACCESS_FORBIDDEN).saying(elsewhere))
    }
}

/// Binds a service key, which is counted wherever it asks (ID-10).
pub(super) async fn bind(state: &AppState, scope: &Scope) -> Result<ReadTx, Problem> {
    let Some(key) = counted(scope) else {
        return Err(Problem::new(kind::ACCESS_FORBIDDEN));
    };
    let waits = state.throttles.key_waits(key, state.now());
    waits.map_err(too_often)?;
    let tx = state.db.read(scope).await?;
    state.key_uses.note(*key);
    let entered = state.throttles.key(*key, state.now());
    entered.map_err(too_often)?;
    Ok(tx)
}

/// What a service key hears where a person is asked for: that it is none, once it is known to be a key.
pub(super) async fn has_no_person(state: &AppState, scope: &Scope) -> Problem {
    match bind(state, scope).await {
        Ok(_) => Problem::new(kind::ACCESS_FORBIDDEN)
            .saying("A service key reads lists. This is done by a person, or for one."),
        Err(problem) => problem,
    }
}

/// Whether a browser sent it. `Sec-Fetch-Mode` alone says nothing: Node's own `fetch` sends that from
/// servers; only browsers say from where and what for (Fetch Metadata, W3C).
fn is_from_browser(headers: &HeaderMap) -> bool {
    let plain = [header::ORIGIN, header::COOKIE];
    let metadata = ["sec-fetch-site", "sec-fetch-dest", "sec-fetch-user"];
    plain.iter().any(|name| headers.contains_key(name))
        || metadata.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &'static str, value: &'static str) -> bool {
        let headers: HeaderMap = [(name.parse().unwrap(), value.parse().unwrap())]
            .into_iter()
            .collect();
        scope(TokenHash::from_digest([1; 32]), Surface::Api, &headers).is_err()
    }

    #[test]
    fn a_service_key_is_refused_wherever_a_browser_shows_it() {
        for (name, value) in [
            ("origin", "https://countersign.example"),
            ("origin", "null"),
            ("cookie", "theme=dark"),
            ("sec-fetch-site", "none"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-dest", "empty"),
        ] {
            assert!(refused(name, value), "{name}: {value}");
        }
    }

    #[test]
    fn a_server_with_nodes_own_fetch_is_no_browser() {
        assert!(!refused("sec-fetch-mode", "cors"));
        assert!(!refused("user-agent", "node"));
    }
}
