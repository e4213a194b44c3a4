use db::{Db, Error};
use kernel::Scope;
use serde::Deserialize;
use time::OffsetDateTime;
use url::Url;

use crate::{redirect, store};

/// A registered client. It has no secret: whoever knows its name can say that they are it, which is why
/// a code goes only to its addresses, and is bound to a proof key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its name in requests.
    pub id: String,
    /// What it calls itself.
    pub name: String,
    /// Where it may be answered.
    pub redirect_uris: Vec<String>,
    /// Whether whoever runs this server vouches for it.
    pub verified: bool,
    /// When it registered.
    pub created_at: OffsetDateTime,
}

/// Client metadata that we read (RFC 7591 2); the rest is ignored, as it says.
#[derive(Debug, Default, Deserialize)]
pub struct NewClient {
    #[serde(default)]
    redirect_uris: Vec<String>,
    client_name: Option<String>,
    token_endpoint_auth_method: Option<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
}

/// Why a client was not registered (RFC 7591 3.2.2).
#[derive(Debug, thiserror::Error)]
pub enum NewClientError {
    /// An address where no answer may go.
    #[error(
        "a redirect URI is an https address, an http address of the loopback interface, or of a scheme that is a domain name reversed; written in its normal form, without user or fragment"
    )]
    RedirectUri,
    /// Something that clients here do not have.
    #[error("{0}")]
    Metadata(&'static str),
    /// The database failed.
    #[error("the client could not be stored")]
    Database(#[from] Error),
}

/// Grants that this server knows.
pub(crate) const GRANT_TYPES: [&str; 3] = ["authorization_code", "refresh_token", DEVICE_GRANT];
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const MAX_REDIRECT_URIS: usize = 10;
const MAX_NAME_CHARACTERS: usize = 100;

impl Client {
    /// Whether an answer may go to `uri`.
    pub fn answers_at(&self, uri: &str) -> bool {
        self.redirect_uris
            .iter()
            .any(|registered| redirect::matches(registered, uri))
    }
}

impl NewClient {
    /// The grants that it will ask for (RFC 7591 2: without a word, codes).
    pub fn grants(&self) -> Vec<&str> {
        match &self.grant_types {
            Some(types) => types.iter().map(String::as_str).collect(),
            None => vec!["authorization_code"],
        }
    }

    fn check(&self) -> Result<(), NewClientError> {
        let uses = |grant: &str| match &self.grant_types {
            Some(types) => types.iter().any(|name| name == grant),
            None => grant == "authorization_code",
        };
        let wrong = NewClientError::Metadata;
        let method = self.token_endpoint_auth_method.as_deref();
        if method.is_some_and(|method| method != "none") {
            return Err(wrong(
                "clients here have no secret: token_endpoint_auth_method is none",
            ));
        }
        let mut types = self.grant_types.iter().flatten();
        if !types.all(|name| GRANT_TYPES.contains(&name.as_str())) {
            return Err(wrong(
                "this server knows authorization_code, refresh_token and device_code",
            ));
        }
        let mut types = self.response_types.iter().flatten();
        if !types.all(|name| name == "code") {
            return Err(wrong("this server knows the response type code"));
        }
        if !uses("authorization_code") && !uses(DEVICE_GRANT) {
            return Err(wrong("a client asks for authorization_code or device_code"));
        }
        let uris = &self.redirect_uris;
        if uris.len() > MAX_REDIRECT_URIS || (uris.is_empty() && uses("authorization_code")) {
            return Err(NewClientError::RedirectUri);
        }
        if uris.iter().all(|uri| redirect::is_acceptable(uri)) {
            Ok(())
        } else {
            Err(NewClientError::RedirectUri)
        }
    }

    /// What it calls itself; a client without a name gets that of the host that it is answered at.
    fn name(&self) -> Result<String, NewClientError> {
        let given = self.client_name.as_deref().map(str::trim);
        let given = given.filter(|name| !name.is_empty());
        let host = || {
            let first = self.redirect_uris.first()?;
            Some(Url::parse(first).ok()?.host_str()?.to_owned())
        };
        let name = given.map(str::to_owned).or_else(host);
        let name = name.unwrap_or_else(|| "A client without a name".to_owned());
        let is_short = name.chars().count() <= MAX_NAME_CHARACTERS;
        if is_short && !name.chars().any(char::is_control) {
            Ok(name)
        } else {
            Err(NewClientError::Metadata(
                "client_name has at most 100 characters, none of them a control character",
            ))
        }
    }
}

/// The client of that name.
pub async fn client(db: &Db, id: &str) -> Result<Option<Client>, Error> {
    if id.len() > 60 || !id.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(None);
    }
    let mut tx = db.read(&Scope::Anonymous).await?;
    store::client(&mut tx, id).await
}

/// Registers a client, for whoever asks (RFC 7591). It may do nothing until a person lets it.
pub async fn register(db: &Db, new: &NewClient) -> Result<Client, NewClientError> {
    new.check()?;
    let mut random = [0_u8; 16];
    db.chance().fill(&mut random);
    let id = format!("oac_{:032x}", u128::from_be_bytes(random));
    let client = Client {
        name: new.name()?,
        redirect_uris: new.redirect_uris.clone(),
        verified: false,
        created_at: db.clock().now(),
        id,
    };
    let mut tx = db.write(&Scope::Anonymous).await?;
    store::register_client(&mut tx, &client).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the definer function told the audit log"
    )]
    tx.commit_silently().await?;
    Ok(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new() -> NewClient {
        NewClient {
            redirect_uris: vec!["http://127.0.0.1/callback".to_owned()],
            ..NewClient::default()
        }
    }

    #[test]
    fn a_client_has_no_secret_and_no_other_flow() {
        assert!(new().check().is_ok());
        let secret = NewClient {
            token_endpoint_auth_method: Some("client_secret_basic".to_owned()),
            ..new()
        };
        assert!(matches!(secret.check(), Err(NewClientError::Metadata(_))));
        for grant in ["implicit", "password", "client_credentials"] {
            let other = NewClient {
                grant_types: Some(vec![grant.to_owned()]),
                ..new()
            };
            assert!(other.check().is_err(), "{grant}");
        }
        let implicit = NewClient {
            response_types: Some(vec!["token".to_owned()]),
            ..new()
        };
        assert!(implicit.check().is_err());
    }

    #[test]
    fn a_client_of_the_code_flow_says_where_it_is_answered() {
        let nowhere = NewClient::default();
        assert!(matches!(nowhere.check(), Err(NewClientError::RedirectUri)));
        let device = NewClient {
            grant_types: Some(vec![DEVICE_GRANT.to_owned()]),
            ..NewClient::default()
        };
        assert!(device.check().is_ok());
        let script = NewClient {
            redirect_uris: vec!["javascript:alert(1)".to_owned()],
            ..NewClient::default()
        };
        assert!(matches!(script.check(), Err(NewClientError::RedirectUri)));
    }

    #[test]
    fn a_client_without_a_name_is_called_by_its_host() {
        assert_eq!(new().name().unwrap(), "127.0.0.1");
        let long = NewClient {
            client_name: Some("x".repeat(101)),
            ..new()
        };
        assert!(long.name().is_err());
    }
}
