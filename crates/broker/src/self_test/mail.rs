use std::sync::Arc;

use kernel::{ConnectionId, OrganisationId, ProposalId, Secret};
use manifest::{Apps, Arguments, InstanceUrl, Manifest, PlannedRequest};
use serde_json::json;

use crate::approved_write::{ApprovedWrite, Binding};
use crate::credential::Credential;
use crate::egress::{Egress, EgressError, EgressPolicy, FilteredResponse, Route, SystemLookup};
use crate::error::BrokerError;
use crate::protocol::Attack;

/// A manifest that says more over IMAP than the connector does.
const LOOK_ALIKE: &str = include_str!("look_alike_mail.toml");

/// A door of its own in front of a server of mail, so that its count of sockets is of one attack alone.
struct MailBench<'a> {
    manifest: &'a Manifest,
    egress: Egress,
    instance: InstanceUrl,
    account: Credential,
}

/// Attacks the door for mail: nothing of any of them may open a socket.
pub(super) async fn attacks(
    apps: &Apps,
    policy: &EgressPolicy,
) -> Result<Vec<Attack>, BrokerError> {
    let smtp = apps.get("smtp").ok_or(BrokerError::NoApp)?;
    let imap = apps.get("imap").ok_or(BrokerError::NoApp)?;
    Ok(vec![
        MailBench::new(smtp, policy)?.unapproved().await?,
        MailBench::new(smtp, policy)?.changed().await?,
        MailBench::new(imap, policy)?.other_mails().await?,
        MailBench::new(imap, policy)?.other_class().await?,
    ])
}

impl<'a> MailBench<'a> {
    fn new(manifest: &'a Manifest, policy: &EgressPolicy) -> Result<Self, BrokerError> {
        let rule = manifest.instance.as_ref().ok_or(BrokerError::NoApp)?;
        let egress = Egress::new(policy.clone(), Arc::new(SystemLookup));
        Ok(Self {
            manifest,
            egress: egress.map_err(|_| EgressError::Tls)?,
            instance: rule.read(rule.example())?,
            account: account(),
        })
    }

    fn plan(
        &self,
        manifest: &Manifest,
        (operation, arguments): (&str, Arguments),
    ) -> Result<PlannedRequest, BrokerError> {
        let operation = manifest.operation(operation);
        let operation = operation.map_err(|_| BrokerError::NoOperation)?;
        let facts = self.egress.facts(Some(&self.instance));
        let key = "apr_self_test".parse().ok();
        let key = key.as_ref().filter(|_| operation.id == "send_mail");
        Ok(PlannedRequest::plan(operation, &facts, &arguments, key)?)
    }

    fn mail(&self, text: &str) -> Result<PlannedRequest, BrokerError> {
        let arguments = Arguments::default()
            .with("from", json!("self-test@example.com"))
            .with("to", json!(["nobody@example.com"]))
            .with("subject", json!("Self-test"))
            .with("text", json!(text));
        self.plan(self.manifest, ("send_mail", arguments))
    }

    const fn route(&self) -> Route<'_> {
        Route {
            manifest: self.manifest,
            instance: Some(&self.instance),
            mark: None,
        }
    }

    /// A mail that no person has seen, sent as if it were a read.
    async fn unapproved(&self) -> Result<Attack, BrokerError> {
        let mail = self.mail("No person has seen this")?;
        let got = self.egress.send_read(&mail, self.route(), &self.account);
        Ok(self.refused(
            ("AG-01", "mail_without_approval"),
            got.await,
            "egress.write_needs_approval",
        ))
    }

    /// Another text than was approved.
    async fn changed(&self) -> Result<Attack, BrokerError> {
        let nil = uuid::Uuid::nil();
        let binding = Binding {
            organisation: OrganisationId::from(nil),
            connection: ConnectionId::from(nil),
            proposal: ProposalId::from(nil),
            app: self.manifest.id.clone(),
            operation: "send_mail".to_owned(),
            actor: "self-test".to_owned(),
            manifest_sha256: String::new(),
        };
        let hash = binding.payload_hash(&self.mail("What a person saw")?)?;
        let approved = ApprovedWrite::forged(hash, binding);
        let mail = self.mail("What runs")?;
        let got = self
            .egress
            .send_write(&mail, self.route(), &self.account, approved);
        Ok(self.refused(
            ("AG-02", "changed_mail"),
            got.await,
            "egress.payload_changed",
        ))
    }

    /// Mails of a mailbox that the connector does not read so.
    async fn other_mails(&self) -> Result<Attack, BrokerError> {
        let look_alike = Manifest::parse(LOOK_ALIKE).map_err(|_| BrokerError::NoApp)?;
        let request = self.plan(&look_alike, ("read_drafts", Arguments::default()))?;
        let got = self.egress.send_read(&request, self.route(), &self.account);
        Ok(self.refused(("CO-05", "other_mails"), got.await, "egress.undeclared"))
    }

    /// A user and a password of HTTP, where mail is.
    async fn other_class(&self) -> Result<Attack, BrokerError> {
        let request = self.plan(self.manifest, ("look_at_inbox", Arguments::default()))?;
        let basic = Credential::Basic(Secret::new("self-test:self-test".to_owned()));
        let got = self.egress.send_read(&request, self.route(), &basic);
        Ok(self.refused(
            ("VA-05", "mail_by_another_class"),
            got.await,
            "egress.credential_class",
        ))
    }

    fn refused(
        &self,
        (claim, name): (&str, &str),
        got: Result<FilteredResponse, EgressError>,
        expected: &str,
    ) -> Attack {
        let (opened, asked) = (
            self.egress.sockets().opened(),
            self.egress.sockets().lookups(),
        );
        let code = got.as_ref().err().map_or("sent", EgressError::code);
        Attack {
            claim: claim.to_owned(),
            name: name.to_owned(),
            withstood: code == expected && opened == 0 && asked == 0,
            detail: format!("{code}, {opened} sockets opened"),
        }
    }
}

fn account() -> Credential {
    Credential::Mail(Secret::new("self-test@example.com:self-test".to_owned()))
}
