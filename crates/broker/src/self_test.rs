mod attribute;
mod files;
mod mail;
mod master_key;

use std::net::Ipv4Addr;
use std::sync::Arc;

use crypto::envelope::OpenError;
use crypto::{Context, DataKey, KeyId, MasterKey};
use kernel::{ConnectionId, OrganisationId, ProposalId, Secret};
use manifest::{Arguments, Idempotency, IdempotencyKey, InstanceUrl, Manifest, PlannedRequest};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::approved_write::{ApprovedWrite, Binding};
use crate::credential::Credential;
use crate::egress::{Egress, EgressError, EgressPolicy, FilteredResponse, Route, SystemLookup};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, Attack};
use crate::service::Service;
use crate::vault::{Field, secret_place};

pub(crate) use files::test_files;

/// What a provider sends though nobody asked.
const CANARY: &str = "canary-body-that-must-not-pass";

/// Two sites of Jira, by identifier.
const SITES: [&str; 2] = [
    "11111111-1111-4111-8111-111111111111",
    "22222222-2222-4222-8222-222222222222",
];

/// A manifest whose one document is not Linear's connector's.
const LOOK_ALIKE: &str = include_str!("self_test/look_alike.toml");

/// An app that nobody wrote a line for, with keys.
const UNKNOWN_APP: &str = include_str!("self_test/unknown_app.toml");

/// Attacks this broker's own door, with the same code and limits as every call and one more host listed, a small app in
/// this process; and what it seals with, in the places that the vault has for it, by keys of the test's own.
pub(crate) async fn self_test<L: Ledger>(service: &Service<L>) -> Result<Answer, BrokerError> {
    let manifest = service.apps.get("tracker").ok_or(BrokerError::NoApp)?;
    let other = service.apps.get("github").ok_or(BrokerError::NoApp)?;
    let linear = service.apps.get("linear").ok_or(BrokerError::NoApp)?;
    let jira = service.apps.get("jira").ok_or(BrokerError::NoApp)?;
    let provider = provider()
        .await
        .map_err(|_| EgressError::Unreachable { sent: false })?;
    let mut policy = service.egress.policy().clone();
    policy.private.extend(provider.parse());
    let bench = Bench::new(manifest, policy, &format!("http://{provider}"))?;
    let mut attacks = vec![
        bench.body_is_dropped().await?,
        bench.undeclared_operation(other).await?,
        bench.other_document(linear).await?,
        bench.other_instance(jira).await?,
        bench.write_as_a_read().await?,
        bench.changed_payload().await?,
        bench.other_class().await?,
        bench.unknown_app().await?,
        deleting_operation(),
        moved_ciphertext(service),
        attribute::equal_values(service.db.chance()),
        old_master_key(service),
        master_key::other_place(service).await,
    ];
    attacks.extend(mail::attacks(&service.apps, service.egress.policy()).await?);
    for (name, instance) in [
        ("cloud_metadata_address", "https://169.254.169.254"),
        ("unlisted_private_address", "https://10.255.255.1"),
    ] {
        let bench = Bench::new(manifest, service.egress.policy().clone(), instance)?;
        attacks.push(bench.refused_address(name).await?);
    }
    Ok(Answer::SelfTested { attacks })
}

/// A door of its own, so that its count of sockets is of these attacks alone.
struct Bench<'a> {
    manifest: &'a Manifest,
    egress: Egress,
    instance: InstanceUrl,
    token: Credential,
}

impl<'a> Bench<'a> {
    fn new(
        manifest: &'a Manifest,
        policy: EgressPolicy,
        instance: &str,
    ) -> Result<Self, BrokerError> {
        let rule = manifest.instance.as_ref().ok_or(BrokerError::NoApp)?;
        let egress = Egress::new(policy, Arc::new(SystemLookup)).map_err(|_| EgressError::Tls)?;
        let token = Credential::OAuth2(Secret::new("self-test".to_owned()));
        Ok(Self {
            manifest,
            egress,
            instance: rule.read(instance)?,
            token,
        })
    }

    fn read(&self) -> Result<PlannedRequest, BrokerError> {
        let operation = self
            .manifest
            .operation("list_issues")
            .map_err(|_| BrokerError::NoOperation)?;
        let facts = self.egress.facts(Some(&self.instance));
        Ok(PlannedRequest::plan(
            operation,
            &facts,
            &Arguments::default(),
            None,
        )?)
    }

    fn write(&self, title: &str) -> Result<PlannedRequest, BrokerError> {
        let operation = self
            .manifest
            .operation("create_issue")
            .map_err(|_| BrokerError::NoOperation)?;
        let facts = self.egress.facts(Some(&self.instance));
        let arguments = Arguments::default().with("title", json!(title));
        // A rule that calls a write a read has no key; the attack is to tell, not to stumble over it.
        let key: Option<IdempotencyKey> = match operation.idempotency {
            Idempotency::None => None,
            _ => "apr_self_test".parse().ok(),
        };
        Ok(PlannedRequest::plan(
            operation,
            &facts,
            &arguments,
            key.as_ref(),
        )?)
    }

    fn route<'b>(&'b self, manifest: &'b Manifest) -> Route<'b> {
        Route {
            manifest,
            instance: Some(&self.instance),
            mark: None,
        }
    }

    /// What became of an attack that must be refused before a socket opens.
    fn refused(
        &self,
        (claim, name): (&str, &str),
        got: Result<FilteredResponse, EgressError>,
        expected: &[&str],
    ) -> Attack {
        let sockets = self.egress.sockets().opened();
        let code = got.as_ref().err().map_or("sent", EgressError::code);
        Attack {
            claim: claim.to_owned(),
            name: name.to_owned(),
            withstood: expected.contains(&code) && sockets == 0,
            detail: format!("{code}, {sockets} sockets opened"),
        }
    }

    async fn body_is_dropped(&self) -> Result<Attack, BrokerError> {
        let got = self
            .egress
            .send_read(&self.read()?, self.route(self.manifest), &self.token)
            .await;
        let (withstood, detail) = match got {
            Ok(answer) => {
                let kept = answer.kept.to_string();
                let expected = kept.contains("In review") && !kept.contains(CANARY);
                (expected, format!("kept {kept}"))
            }
            Err(error) => (false, error.code().to_owned()),
        };
        let (claim, name) = ("CO-04".to_owned(), "body_in_an_answer".to_owned());
        Ok(Attack {
            claim,
            name,
            withstood,
            detail,
        })
    }

    /// What an operator drops into the folder of manifests, called with a key.
    async fn unknown_app(&self) -> Result<Attack, BrokerError> {
        let manifest = Manifest::parse(UNKNOWN_APP).map_err(|_| BrokerError::NoApp)?;
        let rule = manifest.instance.as_ref().ok_or(BrokerError::NoApp)?;
        let instance = rule.read(&self.instance.to_string())?;
        let operation = manifest.operation("list_tickets");
        let operation = operation.map_err(|_| BrokerError::NoOperation)?;
        let facts = self.egress.facts(Some(&instance));
        let request = PlannedRequest::plan(operation, &facts, &Arguments::default(), None)?;
        let route = Route {
            manifest: &manifest,
            instance: Some(&instance),
            mark: None,
        };
        let key = Credential::ApiKey(Secret::new("self-test".to_owned()));
        let got = self.egress.send_read(&request, route, &key).await;
        let (withstood, detail) = match got {
            Ok(answer) => {
                let kept = answer.kept.to_string();
                (
                    kept.contains("In review") && !kept.contains(CANARY),
                    format!("kept {kept}"),
                )
            }
            Err(error) => (false, error.code().to_owned()),
        };
        Ok(Attack {
            claim: "CO-01".to_owned(),
            name: "unknown_app".to_owned(),
            withstood,
            detail,
        })
    }

    async fn undeclared_operation(&self, other: &Manifest) -> Result<Attack, BrokerError> {
        let fresh = Self::new(
            self.manifest,
            self.egress.policy().clone(),
            &self.instance.to_string(),
        )?;
        let got = fresh
            .egress
            .send_read(&self.read()?, self.route(other), &self.token)
            .await;
        Ok(fresh.refused(
            ("CO-05", "undeclared_operation"),
            got,
            &["egress.undeclared"],
        ))
    }

    /// The address of a GraphQL API says nothing about what a request does: its document does.
    async fn other_document(&self, linear: &Manifest) -> Result<Attack, BrokerError> {
        let fresh = Self::new(
            self.manifest,
            self.egress.policy().clone(),
            &self.instance.to_string(),
        )?;
        let look_alike = Manifest::parse(LOOK_ALIKE).map_err(|_| BrokerError::NoApp)?;
        let operation = look_alike.operation("read_texts");
        let operation = operation.map_err(|_| BrokerError::NoOperation)?;
        let facts = fresh.egress.facts(None);
        let request = PlannedRequest::plan(operation, &facts, &Arguments::default(), None)?;
        let route = Route {
            manifest: linear,
            instance: None,
            mark: None,
        };
        let got = fresh.egress.send_read(&request, route, &self.token).await;
        Ok(fresh.refused(("CO-05", "other_document"), got, &["egress.undeclared"]))
    }

    /// One host for all instances of an app: which of them a request is for is in its path.
    async fn other_instance(&self, jira: &Manifest) -> Result<Attack, BrokerError> {
        let fresh = Self::new(
            self.manifest,
            self.egress.policy().clone(),
            &self.instance.to_string(),
        )?;
        let rule = jira.instance.as_ref().ok_or(BrokerError::NoApp)?;
        let site = rule.read(rule.example())?;
        let [own, other] = SITES.map(|id| rule.with_id(site.clone(), Some(id)));
        let operation = jira.operation("list_issues");
        let operation = operation.map_err(|_| BrokerError::NoOperation)?;
        let mut arguments = Arguments::default().with("project", json!("SHOP"));
        // A rule that lets callers say it; the attack is to tell, not to stumble over it.
        if operation.takes("site") {
            arguments = arguments.with("site", json!(SITES[1]));
        }
        let facts = fresh.egress.facts(Some(&other));
        let request = PlannedRequest::plan(operation, &facts, &arguments, None)?;
        let route = Route {
            manifest: jira,
            instance: Some(&own),
            mark: None,
        };
        let got = fresh.egress.send_read(&request, route, &self.token).await;
        Ok(fresh.refused(("CO-05", "other_instance"), got, &["egress.undeclared"]))
    }

    async fn write_as_a_read(&self) -> Result<Attack, BrokerError> {
        let fresh = Self::new(
            self.manifest,
            self.egress.policy().clone(),
            &self.instance.to_string(),
        )?;
        let write = self.write("No person has seen this")?;
        let got = fresh
            .egress
            .send_read(&write, self.route(self.manifest), &self.token)
            .await;
        Ok(fresh.refused(
            ("AG-01", "write_without_approval"),
            got,
            &["egress.write_needs_approval"],
        ))
    }

    async fn changed_payload(&self) -> Result<Attack, BrokerError> {
        let fresh = Self::new(
            self.manifest,
            self.egress.policy().clone(),
            &self.instance.to_string(),
        )?;
        let nil = uuid::Uuid::nil();
        let binding = Binding {
            organisation: OrganisationId::from(nil),
            connection: ConnectionId::from(nil),
            proposal: ProposalId::from(nil),
            app: self.manifest.id.clone(),
            operation: "create_issue".to_owned(),
            actor: "self-test".to_owned(),
            manifest_sha256: String::new(),
        };
        let hash = binding.payload_hash(&self.write("What a person saw")?)?;
        let approved = ApprovedWrite::forged(hash, binding);
        let write = self.write("What runs")?;
        let got = fresh
            .egress
            .send_write(&write, self.route(self.manifest), &self.token, approved)
            .await;
        Ok(fresh.refused(
            ("AG-02", "changed_payload"),
            got,
            &["egress.payload_changed"],
        ))
    }

    /// A key, where the app takes tokens of OAuth 2.
    async fn other_class(&self) -> Result<Attack, BrokerError> {
        let fresh = Self::new(
            self.manifest,
            self.egress.policy().clone(),
            &self.instance.to_string(),
        )?;
        let key = Credential::ApiKey(Secret::new("self-test".to_owned()));
        let got = fresh
            .egress
            .send_read(&self.read()?, self.route(self.manifest), &key)
            .await;
        Ok(fresh.refused(
            ("VA-05", "credential_of_another_class"),
            got,
            &["egress.credential_class"],
        ))
    }

    async fn refused_address(&self, name: &str) -> Result<Attack, BrokerError> {
        let got = self
            .egress
            .send_read(&self.read()?, self.route(self.manifest), &self.token)
            .await;
        Ok(self.refused(("CO-09", name), got, &["egress.private_address"]))
    }
}

/// The same manifest as one that is read, but for its method.
fn deleting_operation() -> Attack {
    let get = "method = \"GET\"";
    let deletes = UNKNOWN_APP.replacen(get, "method = \"DELETE\"", 1);
    let is_read = Manifest::parse(UNKNOWN_APP).is_ok() && deletes != UNKNOWN_APP;
    let refused = Manifest::parse(&deletes).is_err();
    Attack {
        claim: "CO-08".to_owned(),
        name: "deleting_operation".to_owned(),
        withstood: is_read && refused,
        detail: format!("read with GET: {is_read}; refused with DELETE: {refused}"),
    }
}

/// A value sealed for one row must not open in another, nor under another tenant.
fn moved_ciphertext<L: Ledger>(service: &Service<L>) -> Attack {
    let (tenant, row) = ("org_self_test", "con_1");
    // The places that the vault itself gives what it keeps.
    let home = secret_place(tenant, row, Field::AccessToken, 1);
    let chance = service.db.chance();
    let key = DataKey::new(KeyId::new("dek_self_test"), &Secret::new([0; 32]));
    let sealed = key.seal(b"value", &home, chance);
    let elsewhere = [
        secret_place("org_other", row, Field::AccessToken, 1),
        secret_place(tenant, "con_2", Field::AccessToken, 1),
        secret_place(tenant, row, Field::RefreshToken, 1),
        secret_place(tenant, row, Field::AccessToken, 2),
    ];
    let refused = elsewhere
        .iter()
        .all(|place| matches!(key.open(key.id(), &sealed, place), Err(OpenError::Altered)));
    let opens_at_home = key.open(key.id(), &sealed, &home).is_ok();
    Attack {
        claim: "VA-01".to_owned(),
        name: "moved_ciphertext".to_owned(),
        withstood: refused && opens_at_home,
        detail: format!("opens in place: {opens_at_home}; refused in 4 other places: {refused}"),
    }
}

/// What is wrapped under a new master key must not open by the old one, nor by the other's name.
fn old_master_key<L: Ledger>(service: &Service<L>) -> Attack {
    let place = Context {
        tenant: "org_self_test",
        table: "broker.data_keys",
        field: "wrapped",
        row: "dek_self_test",
        version: 1,
    };
    let chance = service.db.chance();
    let [old, new] = [1, 2].map(|byte| MasterKey::new(&Secret::new([byte; 32])));
    let wrapped = new.wrap(&Secret::new([3; 32]), &place, chance);
    let opens = new.unwrap(new.id(), &wrapped, &place).is_ok();
    let refused = [(&old, new.id()), (&old, old.id()), (&new, old.id())]
        .iter()
        .all(|(key, by)| key.unwrap(by, &wrapped, &place).is_err());
    Attack {
        claim: "VA-03".to_owned(),
        name: "old_master_key".to_owned(),
        withstood: refused && opens,
        detail: format!("opens by the new key: {opens}; refused by the old one: {refused}"),
    }
}

/// A provider that answers every request with metadata and a body that nobody asked for. It ends
/// with the self-test. Returns its `host:port`.
async fn provider() -> std::io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move {
        let served = async {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0_u8; 4096];
                let _ = stream.read(&mut request).await;
                let body = json!({
                    "issues": [{ "number": 1, "status": "In review", "body": CANARY,
                                 "title": CANARY, "comments": [CANARY] }],
                    "next_cursor": null,
                })
                .to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            }
        };
        let _ = tokio::time::timeout(std::time::Duration::from_secs(20), served).await;
    });
    Ok(address)
}
