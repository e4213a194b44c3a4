use std::collections::BTreeSet;

use demo::Person;
use reqwest::Method;
use reqwest::header::AUTHORIZATION;
use serde_json::Value;
use testkit::app::TestApp;
use testkit::provider::Provider;
use url::form_urlencoded;

use super::logs::Logs;
use crate::world::rows_with;

/// Fails where one of `secrets` shows in what the server tells its people, in a table, or in a log
/// line before redaction.
pub(super) async fn assert_unseen(
    (app, owner, logs): (&TestApp, &Person, &Logs),
    secrets: &[String],
    more_paths: &[String],
) {
    assert!(
        secrets.iter().all(|secret| secret.len() >= 16),
        "{secrets:?}"
    );
    for secret in secrets {
        // As text, and as a column of bytes would print it.
        let hexadecimal: Vec<_> = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for form in [secret.clone(), hexadecimal.concat()] {
            let tables = rows_with(app, &form).await;
            assert_eq!(tables, Vec::<String>::new(), "{secret} is in a table");
        }
    }
    let lines = logs.text();
    assert!(lines.contains(" TRACE "), "nothing was logged");
    assert_none_in("the log", &lines, secrets);
    let usual = [
        "/api/v1/connections",
        "/api/v1/audit/entries?limit=200",
        "/api/v1/approvals?state=settled",
        "/connectors",
        "/audit",
        "/",
    ];
    for path in usual
        .iter()
        .copied()
        .chain(more_paths.iter().map(String::as_str))
    {
        let answer = owner.send(Method::GET, path, None).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        assert_none_in(path, &answer.text().await.unwrap(), secrets);
    }
}

fn assert_none_in(place: &str, text: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{secret} is in {place}");
    }
}

/// Every secret that crossed the provider's door, either way.
pub(super) fn secrets_of(provider: &Provider) -> Vec<String> {
    let named = [
        "access_token",
        "refresh_token",
        "id_token",
        "client_secret",
        "code",
        "code_verifier",
    ];
    let mut found = BTreeSet::new();
    for method in [Method::GET, Method::POST, Method::DELETE] {
        for call in provider.seen(&method) {
            let credential = call.headers.get(AUTHORIZATION);
            let credential = credential.and_then(|value| value.to_str().unwrap().split_once(' '));
            found.extend(credential.map(|(_, secret)| secret.to_owned()));
            let form = form_urlencoded::parse(&call.body).into_owned();
            found.extend(
                form.filter(|(name, _)| named.contains(&name.as_str()))
                    .map(|(_, value)| value),
            );
        }
    }
    for answer in provider.answered() {
        let Ok(Value::Object(fields)) = serde_json::from_slice(&answer) else {
            continue;
        };
        let secrets = named.iter().filter_map(|name| fields.get(*name)?.as_str());
        found.extend(secrets.map(str::to_owned));
    }
    found.into_iter().collect()
}
