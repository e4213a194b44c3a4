use std::sync::Arc;

use manifest::{
    Admitted, Class, ConnectionFacts, InstanceUrl, Manifest, Operation, PlannedRequest,
};

use super::answer::{FilteredResponse, receive};
use super::attach::attach;
use super::client::{Clients, GuardedClient, SetUpError};
use super::error::EgressError;
use super::lookup::Lookup;
use super::policy::EgressPolicy;
use super::sockets::SocketCount;
use super::transport::{check_scheme, exchange};
use super::wire::{build, recognise};
use crate::approved_write::{ApprovedWrite, NotSpent};
use crate::credential::Credential;

/// The one door out.
pub struct Egress {
    pub(super) policy: Arc<EgressPolicy>,
    pub(super) clients: Clients,
    count: Arc<SocketCount>,
}

/// Which app a request is for, through which connection.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    /// What may be asked of the app.
    pub manifest: &'a Manifest,
    /// The connection's base URL, for apps that have many.
    pub instance: Option<&'a InstanceUrl>,
    /// What probed texts of the answer are searched for.
    pub mark: Option<&'a str>,
}

impl Egress {
    /// A door with the operator's policy.
    ///
    /// # Errors
    /// [`SetUpError`] when TLS cannot be set up, for instance because an extra authority is none.
    pub fn new(policy: EgressPolicy, lookup: Arc<dyn Lookup>) -> Result<Self, SetUpError> {
        let (policy, count) = (Arc::new(policy), Arc::new(SocketCount::default()));
        let clients = Clients::new(Arc::clone(&policy), lookup, Arc::clone(&count))?;
        Ok(Self {
            policy,
            clients,
            count,
        })
    }

    /// What the operator allows.
    pub fn policy(&self) -> &EgressPolicy {
        &self.policy
    }

    /// What a planner needs to know: the same hosts are used for planning and for sending.
    pub fn facts<'a>(&'a self, instance: Option<&'a InstanceUrl>) -> ConnectionFacts<'a> {
        ConnectionFacts {
            instance,
            hosts: &self.policy.hosts,
        }
    }

    /// How many names were looked up and sockets opened, ever.
    pub fn sockets(&self) -> &SocketCount {
        &self.count
    }

    /// Sends a read, and returns the declared fields of its answer.
    ///
    /// # Errors
    /// [`EgressError::WriteNeedsApproval`] for a write, and everything that can go wrong on the way.
    /// Before a socket opens: `Undeclared`, `CredentialClass`, `WriteNeedsApproval`, `Credential`,
    /// `Insecure`, `PrivateAddress`.
    pub async fn send_read(
        &self,
        planned: &PlannedRequest,
        route: Route<'_>,
        credential: &Credential,
    ) -> Result<FilteredResponse, EgressError> {
        if planned.method().protocol().is_mail() {
            return self.send_mail(planned, route, (credential, None)).await;
        }
        let client = self
            .clients
            .reader(planned.origin())
            .map_err(|_| EgressError::Tls)?;
        self.send(planned, route, (&client, None), credential).await
    }

    /// Sends the write that was approved, once, and returns the declared fields of its answer.
    ///
    /// # Errors
    /// [`EgressError::PayloadChanged`] when it is not what was approved, and everything that can go
    /// wrong on the way; [`EgressError::verdict`] tells what is known then. The approval is spent
    /// either way.
    pub async fn send_write(
        &self,
        planned: &PlannedRequest,
        route: Route<'_>,
        credential: &Credential,
        approved: ApprovedWrite,
    ) -> Result<FilteredResponse, EgressError> {
        if planned.method().protocol().is_mail() {
            let given = (credential, Some(approved));
            return self.send_mail(planned, route, given).await;
        }
        let client = self
            .clients
            .single_use(planned.origin())
            .map_err(|_| EgressError::Tls)?;
        self.send(planned, route, (&client, Some(approved)), credential)
            .await
    }

    async fn send(
        &self,
        planned: &PlannedRequest,
        route: Route<'_>,
        (client, approved): (&GuardedClient, Option<ApprovedWrite>),
        credential: &Credential,
    ) -> Result<FilteredResponse, EgressError> {
        let mut request = build(&client.client, planned)?;
        let Admitted {
            operation,
            request: sent,
        } = recognise(&request, route.manifest, &self.facts(route.instance))?;
        allow((operation, &sent), planned, credential, approved)?;
        check_scheme(planned.origin(), &self.policy)?;
        attach(&mut request, &route.manifest.auth.credential, credential)?;
        let limit = self.policy.max_answer_bytes;
        exchange(client, request, self.policy.timeout, |response| {
            receive(response, (route.manifest, operation), route.mark, limit)
        })
        .await
    }
}

/// Whether what leaves, as it was recognised, may: with this credential, and under this approval.
pub(super) fn allow(
    (operation, sent): (&Operation, &PlannedRequest),
    planned: &PlannedRequest,
    credential: &Credential,
    approved: Option<ApprovedWrite>,
) -> Result<(), EgressError> {
    if !operation.credentials.contains(&credential.class()) {
        return Err(EgressError::CredentialClass);
    }
    // Class and hash are those of the bytes that leave, not what a caller or planner says.
    match (operation.class, approved) {
        (Class::Read, None) => {}
        (Class::Read, Some(_)) => return Err(EgressError::NotAWrite),
        (Class::Write, None) => return Err(EgressError::WriteNeedsApproval),
        (Class::Write, Some(approved)) => {
            approved.spend(sent).map_err(|why| match why {
                NotSpent::Changed => EgressError::PayloadChanged,
                NotSpent::NotClaimed => EgressError::WriteNeedsApproval,
            })?;
        }
    }
    if sent == planned {
        Ok(())
    } else {
        Err(EgressError::Undeclared(manifest::Undeclared::Ambiguous))
    }
}
