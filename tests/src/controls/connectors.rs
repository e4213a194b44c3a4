//! CO-01, CO-02, CO-03, CO-08.

use manifest::Apps;
use testkit::app::{Options, TestApp};
use trust::Status;

use super::egress::{TRACKER, broker_with_tracker};
use super::{evidence, falls_with, instance};
use crate::sql::fate;

#[tokio::test]
async fn co_01_falls_when_an_app_is_not_in_the_catalogue() {
    let all = std::fs::read_dir("../connectors").unwrap();
    let mut files: Vec<(String, String)> = all
        .map(|file| file.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .map(|path| {
            (
                path.display().to_string(),
                std::fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    for expected in [Status::Pass, Status::Fail] {
        let texts = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()));
        let app = TestApp::start_with(Options {
            apps: Some(Apps::of(texts).unwrap()),
            ..Options::default()
        })
        .await;
        let found = evidence(instance(&app), "connectors.catalogue").await;
        assert_eq!(found.status, expected, "{found:?}");
        if expected == Status::Fail {
            assert!(found.evidence.contains("zendesk is not"), "{found:?}");
        }
        files.retain(|(name, _)| !name.ends_with("zendesk.toml"));
    }
}

#[tokio::test]
async fn co_02_falls_when_an_app_is_asked_for_more_than_the_page_names() {
    let more = "update connectors.connections set scopes_requested = '{issues:read,issues:write}'
                 where state = 'pending'";
    falls_with("connectors.consent", more, "the app is asked for").await;
}

#[tokio::test]
async fn co_02_falls_when_nobody_notices_what_was_granted() {
    let blind = "create function public.as_asked() returns trigger language plpgsql as $$
            begin new.scopes_granted := new.scopes_requested; return new; end $$;
        create trigger as_asked before update on connectors.connections
            for each row execute function public.as_asked()";
    falls_with("connectors.consent", blind, "is told").await;
}

#[tokio::test]
async fn co_03_falls_when_there_is_no_challenge() {
    let never = TRACKER.replacen("pkce = \"required\"", "pkce = \"never\"", 1);
    assert_ne!(never, TRACKER);
    for (rules, expected) in [(TRACKER, Status::Pass), (never.as_str(), Status::Fail)] {
        let app = broker_with_tracker(rules).await;
        let found = evidence(instance(&app), "connectors.authorization").await;
        assert_eq!(found.status, expected, "{found:?}");
    }
}

#[tokio::test]
async fn co_03_falls_when_an_answer_is_taken_twice() {
    let unused = "create function public.unused() returns trigger language plpgsql as $$
            begin new.used_at := null; return new; end $$;
        create trigger unused before update on broker.authorizations
            for each row execute function public.unused()";
    falls_with(
        "connectors.authorization",
        unused,
        "a state that came twice",
    )
    .await;
}

#[tokio::test]
async fn co_08_falls_when_a_connection_of_another_tenant_is_found() {
    let open = "create policy leak on connectors.connections for select to countersign_broker using (true)";
    falls_with("connectors.hard_rules", open, "of another tenant").await;
}

#[tokio::test]
async fn co_08_falls_when_what_nobody_connected_is_called() {
    let app = TestApp::start().await;
    let connected = "create function public.at_once() returns trigger language plpgsql security definer as $$
            begin update connectors.connections set state = 'connected' where id = new.id; return new; end $$;
        create trigger at_once after insert on connectors.connections
            for each row execute function public.at_once()";
    fate(&app, connected).await;
    let found = evidence(instance(&app), "connectors.hard_rules").await;
    assert_eq!(found.status, Status::Fail, "{found:?}");
    assert!(
        found.evidence.contains("waits to be connected"),
        "{found:?}"
    );
}

#[tokio::test]
async fn co_08_falls_when_a_connection_for_reading_may_write() {
    let app = TestApp::start().await;
    let writes = "create function public.to_write() returns trigger language plpgsql as $$
            begin if new.name = 'Control, of tokens' then new.purpose := 'write'; end if; return new; end $$;
        create trigger to_write before insert on connectors.connections
            for each row execute function public.to_write()";
    fate(&app, writes).await;
    let found = evidence(instance(&app), "connectors.hard_rules").await;
    assert_eq!(found.status, Status::Fail, "{found:?}");
    assert!(found.evidence.contains("for reading"), "{found:?}");
}
