use kernel::{ConnectionId, DomainId, FileId, LogId, ProposalId, ProviderId};
use serde::{Deserialize, Serialize};

use crate::files::FileName;

use super::{
    Binary, HashText, IssuerPurpose, IssuerReturned, KeyOf, NewPasskeyAnswer, PasskeyAnswer,
    PasskeyPurpose, SecretText, SessionToBegin,
};

/// What the broker does.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Call {
    /// Begins an OAuth round trip (RFC 6749 4.1, RFC 7636) for a connection.
    BeginConnect {
        /// The connection, pending or to be connected again.
        connection: ConnectionId,
        /// The client that the app knows this server as.
        client_id: String,
        /// Its secret; none for a connection that has one already.
        client_secret: Option<SecretText>,
        /// Where the app sends the person back to.
        redirect_uri: String,
    },
    /// Ends a round trip: trades the code for tokens.
    FinishConnect {
        /// As the app gave it back.
        state: String,
        /// As the app gave it.
        code: String,
        /// As the app gave it (RFC 9207).
        issuer: Option<String>,
    },
    /// Takes a credential that a person pasted, once the app accepts it.
    KeepCredential {
        /// The connection, pending or to be connected again.
        connection: ConnectionId,
        /// What it is: `api_key`, `basic`, `bot_token`, `mail` or `app_key`, the one that the app takes.
        class: String,
        /// The user that it belongs to, with `basic` and `mail`.
        user: Option<String>,
        /// What it is the key of, with `app_key`.
        key_of: Option<KeyOf>,
        /// As pasted.
        text: SecretText,
    },
    /// Calls a declared read.
    Read {
        /// Through which connection.
        connection: ConnectionId,
        /// The operation, in the manifest's words.
        operation: String,
        /// Its arguments: the text of a JSON object. Text, since a reader that has made a map of
        /// it has already chosen between duplicate keys.
        arguments: String,
    },
    /// Plans a declared write to the last byte, and leaves it for people to decide about.
    Propose {
        /// Through which connection.
        connection: ConnectionId,
        /// The operation, in the manifest's words.
        operation: String,
        /// Its arguments: the text of a JSON object. Text, since a reader that has made a map of
        /// it has already chosen between duplicate keys.
        arguments: String,
    },
    /// Shows a proposal's request to somebody who may see it.
    Show {
        /// Which.
        proposal: ProposalId,
    },
    /// Finds proposals by a text of what they would send.
    Find {
        /// All of the text, in any case.
        text: SecretText,
    },
    /// Ends the connection, so that nothing leaves through it any more; then tells the app, where it can be told, and
    /// destroys what was sealed for it.
    Disconnect {
        /// Which.
        connection: ConnectionId,
    },
    /// The same with every connection of the organisation, at once.
    DisconnectAll {
        /// With those of this app alone.
        app: Option<String>,
    },
    /// Makes a key for an authenticator app (RFC 6238) of the person who asks.
    BeginAuthenticator,
    /// Tries a code of the person's authenticator; a first right one confirms the key.
    TryCode {
        /// As typed.
        code: SecretText,
    },
    /// Makes a challenge for an authenticator.
    BeginPasskey {
        /// What for.
        purpose: PasskeyPurpose,
    },
    /// Keeps the passkey that the authenticator of whoever asks has made.
    AddPasskey {
        /// What the authenticator answered.
        answer: NewPasskeyAnswer,
    },
    /// Takes a passkey as second factor, or as fresh proof, of the session that asks.
    GivePasskey {
        /// What the authenticator answered.
        answer: PasskeyAnswer,
    },
    /// Starts a session for whoever a passkey is.
    SignInByPasskey {
        /// What the authenticator answered.
        answer: PasskeyAnswer,
        /// The session.
        session: SessionToBegin,
    },
    /// Begins a round trip to an issuer that people sign in by, or to an organisation's identity provider.
    BeginIssuer {
        /// Which: an issuer of the configuration by its name, a provider by its identifier.
        issuer: String,
        /// What for.
        purpose: IssuerPurpose,
        /// A digest of what only the browser keeps that begins it.
        browser: Binary,
        /// Local path to go on to.
        next: String,
    },
    /// Ends it: has the issuer say who came back.
    FinishIssuer(Box<IssuerReturned>),
    /// Seals the client secret of an organisation's provider.
    KeepProviderSecret {
        /// Whose.
        provider: ProviderId,
        /// The secret.
        secret: SecretText,
    },
    /// Asks DNS whether a mail domain is the organisation's.
    CheckDomain {
        /// Which.
        domain: DomainId,
    },
    /// Signs an access token that the database has granted.
    IssueAccessToken {
        /// The right to it, by the hash of the ticket that the grant was asked with.
        ticket: HashText,
    },
    /// Keeps the file that a log is read from, sealed. Its bytes follow, in pieces.
    PutFile {
        /// Which log.
        log: LogId,
        /// What it is called.
        name: FileName,
    },
    /// Opens a part of a file. Its bytes follow the answer, in pieces.
    GetFile {
        /// Which.
        file: FileId,
        /// From there on.
        offset_bytes: u64,
        /// So many.
        length_bytes: u64,
    },
    /// Attacks the broker's own door, for the controls.
    SelfTest,
    /// Attacks a file of its own where files are stored, for the controls.
    TestFiles,
    /// Lists the mails that a development server holds in place of sending them.
    HeldMails,
}
