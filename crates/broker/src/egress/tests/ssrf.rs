//! Where a request may go.

use std::sync::Arc;

use serde_json::json;

use super::site::{Reply, Site};
use super::support::{Door, FakeDns, listing, quick};
use crate::egress::EgressError;

const EVENTS: &str = r#"{"events":[],"next_cursor":null}"#;

#[tokio::test]
async fn a_name_that_points_to_this_machine_is_refused_before_a_socket_opens() {
    let site = Site::always(Reply::json(EVENTS)).await;
    for address in [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
    ] {
        let dns = FakeDns::with("rebind.example", &[&[address]]);
        let base = format!("https://rebind.example:{}", site.port());
        let door = Door::tracker(&base, dns, quick());
        assert_eq!(
            door.refused_without_a_socket().await,
            EgressError::PrivateAddress,
            "{address}"
        );
        assert_eq!(door.egress.sockets().lookups(), 1);
    }
    assert_eq!(site.connections().await, 0);
}

#[tokio::test]
async fn one_private_address_among_public_ones_spoils_all() {
    let dns = FakeDns::with("mixed.example", &[&["93.184.216.34", "127.0.0.1"]]);
    let door = Door::tracker("https://mixed.example", dns, quick());
    assert_eq!(
        door.refused_without_a_socket().await,
        EgressError::PrivateAddress
    );
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_checked_each_time() {
    let site = Site::always(Reply::json(EVENTS)).await;
    let listed = format!("tracker.internal:{}", site.port());
    let answers: &[&[&str]] = &[&["127.0.0.1"], &["169.254.169.254"], &["127.0.0.1"]];
    let dns = FakeDns::with("tracker.internal", answers);
    let door = Door::tracker(&format!("http://{listed}"), dns, listing(&[&listed]));
    assert!(door.list().await.is_ok());
    assert_eq!(door.list().await, Err(EgressError::PrivateAddress));
    assert!(door.list().await.is_ok());
    assert_eq!(site.connections().await, 2);
}

/// The address that was checked is the one that is used: a second look-up, in which the name has
/// moved on, never happens.
#[tokio::test]
async fn the_checked_address_is_pinned() {
    let site = Site::always(Reply::json(EVENTS)).await;
    let listed = format!("tracker.internal:{}", site.port());
    let dns = FakeDns::with("tracker.internal", &[&["127.0.0.1"], &["127.0.0.2"]]);
    let door = Door::tracker(&format!("http://{listed}"), dns, listing(&[&listed]));
    assert!(door.list().await.is_ok());
    assert_eq!(door.egress.sockets().lookups(), 1);
    assert_eq!(site.connections().await, 1);
}

#[tokio::test]
async fn addresses_in_every_spelling_are_refused() {
    let site = Site::always(Reply::json(EVENTS)).await;
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "0.0.0.0",
        "[::]",
        "10.1.2.3",
        "192.168.0.1",
        "100.64.0.1",
        "[fe80::1]",
        "[ff02::1]",
        "224.0.0.1",
        "[2001:db8::1]",
        "203.0.113.7",
        "１２７.０.０.１",
        "①②⑦.⓪.⓪.①",
    ] {
        let base = format!("https://{host}:{}", site.port());
        let door = Door::tracker(&base, Arc::default(), quick());
        assert_eq!(
            door.refused_without_a_socket().await,
            EgressError::PrivateAddress,
            "{host}"
        );
        assert_eq!(door.egress.sockets().lookups(), 0, "{host} was looked up");
    }
    assert_eq!(site.connections().await, 0);
}

#[tokio::test]
async fn the_operators_list_opens_exactly_one_host_and_port() {
    let site = Site::always(Reply::json(EVENTS)).await;
    let other = Site::always(Reply::json(EVENTS)).await;
    let listed = format!("127.0.0.1:{}", site.port());
    let door = Door::tracker(
        &format!("http://{listed}"),
        Arc::default(),
        listing(&[&listed]),
    );
    assert!(door.list().await.is_ok());

    for base in [
        format!("https://127.0.0.1:{}", other.port()),
        format!("https://127.0.0.2:{}", site.port()),
        format!("https://[::ffff:127.0.0.1]:{}", site.port()),
    ] {
        let door = Door::tracker(&base, Arc::default(), listing(&[&listed]));
        assert_eq!(
            door.refused_without_a_socket().await,
            EgressError::PrivateAddress,
            "{base}"
        );
    }
    // The list is of hosts as they are written: the address of a name that is not on it stays shut.
    let dns = FakeDns::with("other.example", &[&["127.0.0.1"]]);
    let base = format!("https://other.example:{}", site.port());
    let door = Door::tracker(&base, dns, listing(&[&listed]));
    assert_eq!(
        door.refused_without_a_socket().await,
        EgressError::PrivateAddress
    );
    assert_eq!(other.connections().await, 0);
}

#[tokio::test]
async fn no_list_opens_a_metadata_service() {
    let policy = || listing(&["169.254.169.254:80", "metadata.internal:80", "[fe80::1]:80"]);
    for base in ["http://169.254.169.254", "http://[fe80::1]"] {
        let door = Door::tracker(base, Arc::default(), policy());
        assert_eq!(
            door.refused_without_a_socket().await,
            EgressError::PrivateAddress,
            "{base}"
        );
    }
    let dns = FakeDns::with("metadata.internal", &[&["169.254.169.254"]]);
    let door = Door::tracker("http://metadata.internal", dns, policy());
    assert_eq!(
        door.refused_without_a_socket().await,
        EgressError::PrivateAddress
    );
}

#[tokio::test]
async fn plain_http_leaves_only_for_a_listed_host_and_port() {
    let site = Site::always(Reply::json(EVENTS)).await;
    let dns = FakeDns::with("plain.example", &[&["93.184.216.34"]]);
    let door = Door::tracker("http://plain.example", dns, quick());
    assert_eq!(door.refused_without_a_socket().await, EgressError::Insecure);
    let base = format!("http://127.0.0.1:{}", site.port());
    let door = Door::tracker(&base, Arc::default(), quick());
    assert_eq!(door.refused_without_a_socket().await, EgressError::Insecure);
    assert_eq!(site.connections().await, 0);
}

#[tokio::test]
async fn redirects_are_not_followed_wherever_they_point() {
    let elsewhere = Site::always(Reply::json(EVENTS)).await;
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 X",
        "308 Y",
        "304 Z",
    ] {
        for target in [
            "http://169.254.169.254/latest/meta-data/iam/".to_owned(),
            format!(
                "http://127.0.0.1:{}/api/v1/events?limit=100",
                elsewhere.port()
            ),
            "/api/v1/issues".to_owned(),
        ] {
            let location = format!("location: {target}\r\n");
            let site = Site::always(Reply::with(status, &location, "")).await;
            let door = Door::to(&site);
            let error = door.list().await.unwrap_err();
            assert_eq!(error.code(), "egress.redirect", "{status} {target}");
            assert_eq!(door.egress.sockets().opened(), 1);
            assert_eq!(site.connections().await, 1);
        }
    }
    assert_eq!(elsewhere.connections().await, 0);
}

#[tokio::test]
async fn an_override_needs_the_operators_list_like_everything_else() {
    let site = Site::always(Reply::json("[]")).await;
    let origin = format!("http://127.0.0.1:{}", site.port());
    let hosts = || {
        [("api.github.com".parse().unwrap(), origin.parse().unwrap())]
            .into_iter()
            .collect()
    };
    let manifest = || manifest::Manifest::parse(super::support::GITHUB).unwrap();
    let given = json!({"owner": "acme", "repo": "shop"});

    let mut policy = quick();
    policy.hosts = hosts();
    let egress = crate::egress::Egress::new(policy, Arc::<FakeDns>::default()).unwrap();
    let door = Door {
        egress,
        manifest: manifest(),
        instance: None,
    };
    assert_eq!(
        door.read("list_issues", &given).await,
        Err(EgressError::Insecure)
    );
    assert_eq!(site.connections().await, 0);

    let mut policy = listing(&[&format!("127.0.0.1:{}", site.port())]);
    policy.hosts = hosts();
    let egress = crate::egress::Egress::new(policy, Arc::<FakeDns>::default()).unwrap();
    let door = Door {
        egress,
        manifest: manifest(),
        instance: None,
    };
    assert!(door.read("list_issues", &given).await.is_ok());
    let request = site.requests().remove(0);
    assert!(
        request
            .first_line()
            .starts_with("GET /repos/acme/shop/issues?direction=asc&")
    );
    assert_eq!(request.header("x-github-api-version"), Some("2022-11-28"));
}
