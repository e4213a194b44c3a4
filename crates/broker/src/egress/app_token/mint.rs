use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE};
use http::{HeaderValue, Method};
use kernel::Secret;
use manifest::{CredentialHeader, InstanceUrl, Manifest, Origin};
use reqwest::{Body, Request, Response, Url};
use serde_json::json;
use time::format_description::well_known::Rfc2822;
use time::{Duration, OffsetDateTime};

use super::answer::{Came, read};
use super::{AppClient, AppToken, AppTokenError, Wanted};
use crate::credential::Credential;
use crate::egress::attach::attach_header;
use crate::egress::body::{WipedBytes, read_limited};
use crate::egress::oauth::call::MAX_ANSWER_BYTES;
use crate::egress::oauth::{OAuthClient, OAuthError};
use crate::egress::transport::{check_scheme, exchange};
use crate::egress::{Egress, EgressError};

/// By more than this much the clocks differ, where an assertion is not accepted.
const CLOCKS_DIFFER: Duration = Duration::seconds(30);
/// By more than this they do not: whoever answers would choose when an assertion is good.
const CLOCKS_DIFFER_AT_MOST: Duration = Duration::minutes(15);

/// What an answer is, beside its body.
struct Answered {
    status: u16,
    body: WipedBytes,
    /// The provider's own time.
    date: Option<OffsetDateTime>,
}

impl Egress {
    /// Asks for a token that holds what is wanted and no more. `now`: for the assertion under the key.
    pub(crate) async fn app_token(
        &self,
        client: &AppClient<'_>,
        wanted: &Wanted,
        now: OffsetDateTime,
    ) -> Result<AppToken, AppTokenError> {
        let mut answered = self.ask(client, wanted, now).await?;
        // An assertion that was made in the future, or is over, is refused like one under another key.
        let theirs = answered.date.filter(|theirs| {
            (CLOCKS_DIFFER..=CLOCKS_DIFFER_AT_MOST).contains(&(*theirs - now).abs())
        });
        if let Some(theirs) = theirs.filter(|_| answered.status == 401) {
            tracing::warn!("connectors.clocks_differ");
            answered = self.ask(client, wanted, theirs).await?;
        }
        let Came { token, is_more } = match answered.status {
            200..=299 => read(
                (answered.status, answered.body.as_slice()),
                &client.rule.token,
                wanted,
            )?,
            401 => return Err(AppTokenError::KeyRefused),
            // One with a word of a limit has returned before.
            403 => return Err(AppTokenError::Suspended),
            404 => return Err(AppTokenError::Gone),
            422 => return Err(AppTokenError::NotGranted),
            status => {
                let rate = manifest::RateLimit::default();
                return Err(EgressError::Status { status, rate }.into());
            }
        };
        if is_more {
            let token = Credential::InstallationToken(token.token);
            let of = (client.manifest, client.instance);
            if let Err(error) = self.end_app_token(of, &token).await {
                tracing::warn!(code = error.code(), "connectors.token_not_ended");
            }
            return Err(AppTokenError::MoreThanAsked);
        }
        Ok(token)
    }

    /// Ends a token, as the manifest says how.
    pub(crate) async fn end_app_token(
        &self,
        (manifest, instance): (&Manifest, Option<&InstanceUrl>),
        token: &Credential,
    ) -> Result<(), OAuthError> {
        let client = OAuthClient {
            manifest,
            instance,
            // Whoever holds the token ends it: nothing sends this.
            id: "",
            secret: None,
        };
        self.revoke(&client, token).await.map(|_| ())
    }

    async fn ask(
        &self,
        client: &AppClient<'_>,
        wanted: &Wanted,
        now: OffsetDateTime,
    ) -> Result<Answered, AppTokenError> {
        let rule = client.rule;
        let seconds = i64::try_from(rule.lifetime.as_secs()).unwrap_or(60);
        let assertion = client
            .key
            .assertion(client.app, now.unix_timestamp(), seconds);
        let assertion = assertion.ok_or(AppTokenError::Key)?;
        let facts = self.facts(client.instance);
        let url = rule
            .token
            .endpoint
            .url_of_installation(&facts, client.installation)?;
        let request = request(&url, (&assertion, wanted), &rule.token.permissions)?;
        let origin = Origin::of(request.url()).ok_or(UNDECLARED)?;
        check_scheme(&origin, &self.policy)?;
        let door = self
            .clients
            .single_use(&origin)
            .map_err(|_| EgressError::Tls)?;
        let limits = &client.manifest.rate;
        exchange(
            &door,
            request,
            self.policy.timeout,
            async |response: Response| {
                let status = response.status().as_u16();
                let headers = response.headers();
                let rate = limits.read(|name| headers.get(name)?.to_str().ok());
                if (300..400).contains(&status) {
                    return Err(EgressError::Redirect { status }.into());
                }
                let is_limit = rate.retry_after.is_some() || rate.remaining == Some(0);
                if matches!(status, 408 | 425 | 429 | 500..=599) || status == 403 && is_limit {
                    return Err(EgressError::Status { status, rate }.into());
                }
                let date = headers.get(DATE).and_then(|date| date.to_str().ok());
                Ok(Answered {
                    status,
                    // RFC 9110 5.6.7 writes GMT where RFC 2822 has it as obsolete.
                    date: date.and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok()),
                    body: read_limited(response, MAX_ANSWER_BYTES).await?,
                })
            },
        )
        .await
    }
}

const UNDECLARED: EgressError = EgressError::Undeclared(manifest::Undeclared::Address);

fn request(
    url: &str,
    (assertion, wanted): (&Secret<String>, &Wanted),
    permissions: &str,
) -> Result<Request, AppTokenError> {
    let url = Url::parse(url).map_err(|_| UNDECLARED)?;
    let mut request = Request::new(Method::POST, url);
    let mut body = json!({ (permissions): wanted.permissions });
    if let Some(narrowed) = &wanted.narrowed {
        body[&narrowed.field] = json!([narrowed.name]);
    }
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let bearer = CredentialHeader {
        header: AUTHORIZATION.as_str().to_owned(),
        prefix: "Bearer ".to_owned(),
    };
    attach_header(&mut request, &bearer, assertion)?;
    *request.body_mut() = Some(Body::from(Bytes::from(body.to_string())));
    Ok(request)
}
