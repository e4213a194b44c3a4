use std::collections::BTreeMap;

use reqwest::Client;
use reqwest::header::LOCATION;
use url::Url;

use crate::Problem;

/// The person whose tracker it is, and the client that the tracker knows the server as.
#[derive(Debug, Clone)]
pub struct TrackerOwner {
    /// Their name in the tracker.
    pub login: String,
    /// Their password in the tracker. The server never sees it.
    pub password: String,
    /// The server's client id at the tracker.
    pub client_id: String,
    /// The server's client secret at the tracker.
    pub client_secret: String,
}

impl TrackerOwner {
    /// Opens the tracker's consent page, signs in there and allows what it asks. Returns the
    /// address that the tracker sends the browser back to.
    pub async fn allow(&self, http: &Client, address: &str) -> Result<Url, Problem> {
        let page = http
            .get(address)
            .send()
            .await
            .map_err(|error| Problem::Http("the consent page", error))?;
        let status = page.status();
        if !status.is_success() {
            return Err(Problem::unexpected(format!(
                "the consent page answered {status}"
            )));
        }
        let asked = Url::parse(address)
            .map_err(|_| Problem::unexpected("the authorization address is no URL"))?;
        let mut form: BTreeMap<String, String> = asked.query_pairs().into_owned().collect();
        form.insert("login".to_owned(), self.login.clone());
        form.insert("password".to_owned(), self.password.clone());
        form.insert("decision".to_owned(), "allow".to_owned());
        let mut target = asked;
        target.set_query(None);
        let decided = http
            .post(target)
            .form(&form)
            .send()
            .await
            .map_err(|error| Problem::Http("the consent page", error))?;
        let place = decided
            .headers()
            .get(LOCATION)
            .and_then(|value| value.to_str().ok());
        place
            .and_then(|place| Url::parse(place).ok())
            .ok_or_else(|| Problem::unexpected("the tracker did not send the browser back"))
    }
}
