use broker::protocol::{Binary, KnownPasskey, NewPasskeyAnswer, PasskeyAnswer, PasskeyAsked};
use crypto::passkey::ALGORITHMS;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::{Problem, kind};

/// What authenticators list the passkey under.
const PARTY_NAME: &str = "Countersign";
const KEY_TYPE: &str = "public-key";

/// `PublicKeyCredentialRequestOptionsJSON`: for `parseRequestOptionsFromJSON()` and `credentials.get()`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestOptions {
    /// Random; base 64 for URLs.
    #[schema(value_type = String)]
    challenge: Binary,
    /// The host of this server.
    rp_id: String,
    /// Milliseconds that the challenge holds.
    timeout: u32,
    /// `required` where the passkey is to stand for both factors.
    user_verification: &'static str,
    /// The passkeys of the person; empty where nobody is known yet.
    allow_credentials: Vec<Descriptor>,
}

/// `PublicKeyCredentialCreationOptionsJSON`: for `parseCreationOptionsFromJSON()` and
/// `credentials.create()`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreationOptions {
    /// This server.
    rp: Party,
    /// The person.
    user: User,
    /// Random; base 64 for URLs.
    #[schema(value_type = String)]
    challenge: Binary,
    /// Kinds of key, the most wanted first.
    pub_key_cred_params: Vec<Parameter>,
    /// Milliseconds that the challenge holds.
    timeout: u32,
    /// Those that the person has: their authenticators make no second one.
    exclude_credentials: Vec<Descriptor>,
    /// What the authenticator should be able to.
    authenticator_selection: Selection,
    /// `none`: nobody asks who made the authenticator.
    attestation: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PasskeyDescriptor)]
struct Descriptor {
    r#type: &'static str,
    #[schema(value_type = String)]
    id: Binary,
    transports: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PasskeyParty)]
struct Party {
    id: String,
    name: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyUser)]
struct User {
    #[schema(value_type = String)]
    id: Binary,
    name: String,
    display_name: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PasskeyParameter)]
struct Parameter {
    r#type: &'static str,
    /// A COSE algorithm identifier.
    alg: i64,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeySelection)]
struct Selection {
    resident_key: &'static str,
    require_resident_key: bool,
    user_verification: &'static str,
}

/// `AuthenticationResponseJSON`, as `toJSON()` of the credential writes it. What else browsers put there is
/// read over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyAssertion)]
pub(crate) struct AssertionJson {
    /// The credential's identifier; base 64 for URLs.
    #[schema(value_type = String)]
    raw_id: Binary,
    /// What the authenticator answered.
    response: AssertionResponse,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyAssertionResponse)]
struct AssertionResponse {
    /// What the browser asked it.
    #[serde(rename = "clientDataJSON")]
    #[schema(value_type = String)]
    client_data: Binary,
    /// What it says.
    #[schema(value_type = String)]
    authenticator_data: Binary,
    /// Its signature over both.
    #[schema(value_type = String)]
    signature: Binary,
    /// Whom it made the passkey for.
    #[schema(value_type = Option<String>)]
    user_handle: Option<Binary>,
}

/// `RegistrationResponseJSON`, as `toJSON()` of the credential writes it. What else browsers put there is
/// read over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PasskeyRegistration)]
pub(crate) struct RegistrationJson {
    /// What the authenticator answered.
    response: RegistrationResponse,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasskeyRegistrationResponse)]
struct RegistrationResponse {
    /// What the browser asked it.
    #[serde(rename = "clientDataJSON")]
    #[schema(value_type = String)]
    client_data: Binary,
    /// What it made.
    #[schema(value_type = String)]
    attestation_object: Binary,
    /// How the browser reaches it.
    #[serde(default)]
    transports: Vec<String>,
}

impl RequestOptions {
    pub(crate) fn of(asked: PasskeyAsked, user_verification: &'static str) -> Self {
        Self {
            challenge: asked.challenge,
            rp_id: asked.party,
            timeout: asked.seconds.saturating_mul(1_000),
            user_verification,
            allow_credentials: asked.known.into_iter().map(Descriptor::from).collect(),
        }
    }
}

impl CreationOptions {
    /// Nothing where the broker named nobody to make it for.
    pub(crate) fn of(asked: PasskeyAsked) -> Option<Self> {
        let user = asked.user?;
        let parameter = |alg| Parameter {
            r#type: KEY_TYPE,
            alg,
        };
        Some(Self {
            rp: Party {
                id: asked.party,
                name: PARTY_NAME,
            },
            user: User {
                id: user.handle,
                display_name: user.name.clone(),
                name: user.name,
            },
            challenge: asked.challenge,
            pub_key_cred_params: ALGORITHMS.into_iter().map(parameter).collect(),
            timeout: asked.seconds.saturating_mul(1_000),
            exclude_credentials: asked.known.into_iter().map(Descriptor::from).collect(),
            authenticator_selection: Selection {
                // A key without room for it still is a second factor.
                resident_key: "preferred",
                require_resident_key: false,
                user_verification: "preferred",
            },
            attestation: "none",
        })
    }
}

impl From<KnownPasskey> for Descriptor {
    fn from(known: KnownPasskey) -> Self {
        Self {
            r#type: KEY_TYPE,
            id: known.id,
            transports: known.transports,
        }
    }
}

impl From<AssertionJson> for PasskeyAnswer {
    fn from(json: AssertionJson) -> Self {
        Self {
            id: json.raw_id,
            client_data: json.response.client_data,
            authenticator_data: json.response.authenticator_data,
            signature: json.response.signature,
            user_handle: json.response.user_handle,
        }
    }
}

impl RegistrationJson {
    /// Under the name that the person gave.
    pub(crate) fn named(self, name: &identity::PasskeyName) -> NewPasskeyAnswer {
        NewPasskeyAnswer {
            client_data: self.response.client_data,
            attestation_object: self.response.attestation_object,
            transports: self.response.transports,
            name: name.as_str().to_owned(),
        }
    }
}

/// What a page's script put into a field of its form.
pub(crate) fn read<T: serde::de::DeserializeOwned>(field: &str) -> Result<T, Problem> {
    serde_json::from_str(field).map_err(|_| {
        // Empty without script.
        Problem::new(kind::PASSKEY_REFUSED)
            .saying("The browser handed nothing over. A passkey needs script in this browser.")
    })
}
