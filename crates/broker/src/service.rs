use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use crypto::passkey::RelyingParty;
use db::Db;
use manifest::Apps;
use url::{Host, Url};

use crate::authenticator;
use crate::connect::{self, Begin};
use crate::disconnect::{disconnect, disconnect_all};
use crate::egress::Egress;
use crate::error::BrokerError;
use crate::files::{self, FileStore, NewFile, OpenFile};
use crate::find::find;
use crate::issue_access_token::issue_access_token;
use crate::issuer::{self, IssuerConfig, Issuers};
use crate::keep_credential::{Pasted, keep_credential};
use crate::ledger::Ledger;
use crate::passkey;
use crate::post::{NoPost, Post};
use crate::propose::propose;
use crate::protocol::{Answer, Call, Failure, Request};
use crate::provider::{self, Providers, TxtRecords};
use crate::read::read;
use crate::self_test::{self_test, test_files};
use crate::show::show;
use crate::socket::{Answers, PieceReader};
use crate::token::Flights;
use crate::vault::Vault;

/// The broker: answers fronts, and sends what people approved.
pub struct Service<L> {
    pub(crate) db: Db,
    pub(crate) vault: Vault,
    pub(crate) files: FileStore,
    pub(crate) egress: Egress,
    pub(crate) apps: Apps,
    pub(crate) ledger: L,
    pub(crate) flights: Flights,
    pub(crate) post: Arc<dyn Post>,
    /// Nothing where no browser would make a passkey.
    pub(crate) party: Option<RelyingParty>,
    /// The origin of this server's pages, where issuers send people back to.
    pub(crate) origin: Option<String>,
    pub(crate) issuers: Issuers,
    pub(crate) providers: Providers,
    pub(crate) names: TxtRecords,
}

impl<L: Ledger> Service<L> {
    /// A broker on `db` (role broker) with its vault and files, its door, and the rules of `apps`.
    pub fn new(
        db: Db,
        (vault, files): (Vault, FileStore),
        apps: Apps,
        egress: Egress,
        ledger: L,
    ) -> Self {
        Self {
            db,
            vault,
            files,
            egress,
            apps,
            ledger,
            flights: Flights::default(),
            post: Arc::new(NoPost),
            party: None,
            origin: None,
            issuers: Issuers::default(),
            providers: Providers::default(),
            names: TxtRecords::default(),
        }
    }

    /// The same, with somebody who sends mail.
    #[must_use]
    pub fn with_post(mut self, post: Arc<dyn Post>) -> Self {
        self.post = post;
        self
    }

    /// The same, for people who reach it at `public_url`: that is what their passkeys are made for, and where
    /// issuers send them back to. There are no passkeys for a server that is reached by its IP address
    /// (WebAuthn 5.1.2).
    #[must_use]
    pub fn reached_at(mut self, public_url: &Url) -> Self {
        let origin = public_url.origin().ascii_serialization();
        if let Some(Host::Domain(host)) = public_url.host() {
            self.party = Some(RelyingParty::new(host, &origin));
        }
        self.origin = Some(origin);
        self
    }

    /// The same, where people may sign in by these issuers.
    #[must_use]
    pub fn with_issuers(mut self, issuers: Vec<IssuerConfig>) -> Self {
        self.issuers = Issuers::new(issuers);
        self
    }

    /// The same, where DNS is asked at these addresses in place of the system's.
    #[must_use]
    pub fn with_name_servers(mut self, servers: &[SocketAddr]) -> Self {
        self.names = TxtRecords::at(servers);
        self
    }

    /// Its vault, for the server's own signing key.
    pub const fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Returns when no refresh of a token is under way: one that is cut off in the middle loses the app's answer, and
    /// with it the connection.
    pub async fn landed(&self) {
        self.flights.landed().await;
    }

    async fn act(&self, request: Request) -> Result<Answer, BrokerError> {
        let scope = request.on_behalf.scope();
        match request.call {
            Call::BeginConnect {
                connection,
                client_id,
                client_secret,
                redirect_uri,
            } => {
                let begin = Begin {
                    connection,
                    client_id,
                    client_secret,
                    redirect_uri,
                };
                connect::begin(self, &scope, begin).await
            }
            Call::FinishConnect {
                state,
                code,
                issuer,
            } => connect::finish(self, &scope, (&state, &code, issuer.as_deref())).await,
            Call::KeepCredential {
                connection,
                class,
                user,
                key_of,
                text,
            } => {
                let pasted = Pasted {
                    connection,
                    class,
                    user,
                    key_of,
                    text,
                };
                keep_credential(self, &scope, pasted).await
            }
            Call::Read {
                connection,
                operation,
                arguments,
            } => read(self, &scope, connection, (&operation, &arguments)).await,
            Call::Propose {
                connection,
                operation,
                arguments,
            } => propose(self, &scope, connection, &operation, &arguments).await,
            Call::Show { proposal } => show(self, &scope, proposal).await,
            Call::Find { text } => find(self, &scope, text).await,
            Call::Disconnect { connection } => disconnect(self, &scope, connection).await,
            Call::DisconnectAll { app } => disconnect_all(self, &scope, app.as_deref()).await,
            Call::BeginAuthenticator => authenticator::begin(self, &scope).await,
            Call::TryCode { code } => authenticator::try_code(self, &scope, code).await,
            Call::BeginPasskey { purpose } => passkey::begin(self, &scope, purpose).await,
            Call::AddPasskey { answer } => passkey::add(self, &scope, answer).await,
            Call::GivePasskey { answer } => passkey::give(self, &scope, answer).await,
            Call::SignInByPasskey { answer, session } => {
                passkey::sign_in(self, &scope, answer, session).await
            }
            Call::BeginIssuer {
                issuer,
                purpose,
                browser,
                next,
            } => issuer::begin(self, &scope, (&issuer, purpose), (&browser, &next)).await,
            Call::FinishIssuer(returned) => issuer::finish(self, &scope, *returned).await,
            Call::KeepProviderSecret { provider, secret } => {
                provider::keep_secret(self, &scope, provider, secret).await
            }
            Call::CheckDomain { domain } => provider::check_domain(self, &scope, domain).await,
            Call::IssueAccessToken { ticket } => issue_access_token(self, ticket).await,
            // What follows them is read by `take` and `give`.
            Call::PutFile { .. } | Call::GetFile { .. } => Err(BrokerError::Arguments(
                "a file's bytes go with this call".to_owned(),
            )),
            Call::SelfTest => self_test(self).await,
            Call::TestFiles => test_files(self).await,
            Call::HeldMails => Ok(Answer::Held {
                mails: self.post.held(),
            }),
        }
    }
}

impl<L: Ledger> Answers for Service<L> {
    async fn answer(&self, request: Request) -> Answer {
        let answer = self.act(request).await;
        answer.unwrap_or_else(|error| Answer::Failed(self.failure(&error)))
    }

    async fn take(&self, request: Request, pieces: PieceReader<'_>) -> Answer {
        let scope = request.on_behalf.scope();
        let Call::PutFile { log, name } = request.call else {
            return self.answer(request).await;
        };
        let kept = files::put_file(self, &scope, NewFile { log, name }, pieces).await;
        kept.unwrap_or_else(|error| Answer::Failed(self.failure(&error)))
    }

    async fn give(&self, request: Request) -> (Answer, Option<OpenFile>) {
        let scope = request.on_behalf.scope();
        let Call::GetFile {
            file,
            offset_bytes,
            length_bytes,
        } = request.call
        else {
            return (self.answer(request).await, None);
        };
        match files::get_file(self, &scope, file, (offset_bytes, length_bytes)).await {
            Ok((answer, open)) => (answer, Some(open)),
            Err(error) => (Answer::Failed(self.failure(&error)), None),
        }
    }
}

impl<L: Ledger> Service<L> {
    fn failure(&self, error: &BrokerError) -> Failure {
        error.failure(self.db.clock().now())
    }
}

impl<L> fmt::Debug for Service<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Service")
    }
}
