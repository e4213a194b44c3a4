use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kernel::Secret;
use manifest::{Arguments, IdempotencyKey, InstanceUrl, Manifest, PlanError, PlannedRequest};
use serde_json::Value;

use super::site::Site;
use crate::credential::Credential;
use crate::egress::{
    Egress, EgressError, EgressPolicy, FilteredResponse, LookingUp, Lookup, Route,
};

pub(super) const TRACKER: &str = include_str!("../../../../../connectors/tracker.toml");
pub(super) const GITHUB: &str = include_str!("../../../../../connectors/github.toml");
/// Linear's, and one operation more, of the shortest document.
pub(super) const LINEAR: &str = concat!(
    include_str!("../../../../../connectors/linear.toml"),
    "\n",
    include_str!("../../../../manifest/tests/manifest/teams.toml")
);
pub(super) const TOKEN: &str = "trk_at_canary-of-a-token";

/// A DNS that says what a test wants, each answer once, the last one for ever.
#[derive(Default)]
pub(super) struct FakeDns(Mutex<BTreeMap<String, VecDeque<Vec<IpAddr>>>>);

impl FakeDns {
    pub(super) fn with(name: &str, answers: &[&[&str]]) -> Arc<Self> {
        let parse = |texts: &&[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let answers = answers.iter().map(parse).collect();
        Arc::new(Self(Mutex::new([(name.to_owned(), answers)].into())))
    }
}

impl Lookup for FakeDns {
    fn lookup(&self, name: String) -> LookingUp {
        let mut names = self.0.lock().unwrap();
        let found = names.get_mut(&name).and_then(|answers| {
            if answers.len() > 1 {
                answers.pop_front()
            } else {
                answers.front().cloned()
            }
        });
        Box::pin(async move { found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound)) })
    }
}

/// A door, an app and a connection to it.
pub(super) struct Door {
    pub(super) egress: Egress,
    pub(super) manifest: Manifest,
    pub(super) instance: Option<InstanceUrl>,
}

pub(super) fn quick() -> EgressPolicy {
    EgressPolicy {
        timeout: Duration::from_millis(500),
        ..EgressPolicy::default()
    }
}

/// The default policy, but for hosts and ports that the operator listed.
pub(super) fn listing(hosts: &[&str]) -> EgressPolicy {
    let private = hosts.iter().map(|host| host.parse().unwrap()).collect();
    EgressPolicy { private, ..quick() }
}

impl Door {
    /// A tracker at `base`, by `dns`, under `policy`.
    pub(super) fn tracker(base: &str, dns: Arc<FakeDns>, policy: EgressPolicy) -> Self {
        let manifest = Manifest::parse(TRACKER).unwrap();
        let instance = manifest.instance.as_ref().unwrap().read(base).unwrap();
        let egress = Egress::new(policy, dns).unwrap();
        Self {
            egress,
            manifest,
            instance: Some(instance),
        }
    }

    /// A tracker at a site on loopback, which the operator listed.
    pub(super) fn to(site: &Site) -> Self {
        Self::to_with(site, quick())
    }

    pub(super) fn to_with(site: &Site, policy: EgressPolicy) -> Self {
        let listed = format!("127.0.0.1:{}", site.port()).parse().unwrap();
        let policy = EgressPolicy {
            private: [listed].into(),
            ..policy
        };
        Self::tracker(
            &format!("http://127.0.0.1:{}", site.port()),
            Arc::default(),
            policy,
        )
    }

    pub(super) fn route(&self) -> Route<'_> {
        Route {
            manifest: &self.manifest,
            instance: self.instance.as_ref(),
            mark: None,
        }
    }

    pub(super) fn plan(&self, id: &str, given: &Value) -> Result<PlannedRequest, PlanError> {
        plan(
            &self.manifest,
            &self.egress,
            self.instance.as_ref(),
            (id, given),
        )
    }

    pub(super) async fn read(
        &self,
        id: &str,
        given: &Value,
    ) -> Result<FilteredResponse, EgressError> {
        let planned = self.plan(id, given).unwrap();
        self.egress
            .send_read(&planned, self.route(), &token())
            .await
    }

    /// The shortest read there is.
    pub(super) async fn list(&self) -> Result<FilteredResponse, EgressError> {
        self.read("list_events", &serde_json::json!({})).await
    }

    /// The error of the shortest read, and that nothing left for it.
    pub(super) async fn refused_without_a_socket(&self) -> EgressError {
        let error = self.list().await.expect_err("the call was let through");
        assert_eq!(
            self.egress.sockets().opened(),
            0,
            "a socket was opened before {error}"
        );
        error
    }
}

pub(super) fn plan(
    manifest: &Manifest,
    egress: &Egress,
    instance: Option<&InstanceUrl>,
    (id, given): (&str, &Value),
) -> Result<PlannedRequest, PlanError> {
    let operation = manifest.operation(id).unwrap();
    let given = Arguments::try_from(given).unwrap();
    let facts = egress.facts(instance);
    match PlannedRequest::plan(operation, &facts, &given, None) {
        Err(PlanError::Key { needed: true }) => {
            PlannedRequest::plan(operation, &facts, &given, Some(&key()))
        }
        other => other,
    }
}

pub(super) fn key() -> IdempotencyKey {
    "apr_01jq2m5x8e9f0g1h2j3k4m5n6p".parse().unwrap()
}

pub(super) fn token() -> Credential {
    Credential::OAuth2(Secret::new(TOKEN.to_owned()))
}
