use ::oauth::{Client, ClientLimit, GRANT_LIFETIME};
use identity::Principal;
use ui::access::ScopeChoice;
use ui::format::visible;
use ui::oauth::{Consent, ConsentClient};
use url::Url;

use crate::extract::Caller;
use crate::pages::page_of;

/// The question, for whoever asks and whatever they ask for.
pub(super) struct Question<'a> {
    pub(super) client: &'a Client,
    /// Where the answer goes, in words.
    pub(super) place: String,
    /// Asked for, and the person's to give.
    pub(super) scopes: &'a [String],
    pub(super) action: &'static str,
    pub(super) request: Vec<(&'static str, String)>,
    pub(super) error: &'a str,
}

/// The page that asks a person.
pub(super) fn page(caller: &Caller, question: Question<'_>) -> Consent {
    let scopes = question.scopes.iter().filter_map(|name| {
        let permission = access::catalogue::find(name)?;
        Some(ScopeChoice {
            value: name.clone(),
            text: permission.allows.to_owned(),
            chosen: true,
        })
    });
    Consent {
        page: page_of(&caller.state, &caller.context, None),
        client: ConsentClient {
            name: visible(&question.client.name),
            place: question.place,
            verified: question.client.verified,
        },
        person: caller.principal.name.clone(),
        organisation: caller.principal.organisation_name.clone(),
        scopes: scopes.collect(),
        lasts_days: GRANT_LIFETIME.as_secs() / 86_400,
        action: question.action,
        request: question.request,
        error: question.error.to_owned(),
    }
}

/// What a person may give of what is asked for: what they hold, and their organisation lets clients do.
pub(super) fn givable(principal: &Principal, limit: &ClientLimit, asked: &[String]) -> Vec<String> {
    let givable = asked
        .iter()
        .filter(|name| principal.can(name) && limit.allows(name));
    givable.cloned().collect()
}

/// The host of a client's address, or the program that opens it.
pub(super) fn place(redirect_uri: &str) -> String {
    let Ok(url) = Url::parse(redirect_uri) else {
        return "nowhere".to_owned();
    };
    match (url.scheme(), url.host_str()) {
        ("http", Some(host)) => format!("{host}, on this computer"),
        ("https", Some(host)) => host.to_owned(),
        (scheme, _) => format!("the program on this computer that opens {scheme}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_host_that_gets_the_answer() {
        assert_eq!(place("https://client.example/callback?x"), "client.example");
        assert_eq!(
            place("http://127.0.0.1:8910/callback"),
            "127.0.0.1, on this computer"
        );
        assert_eq!(
            place("com.example.app:/callback"),
            "the program on this computer that opens com.example.app"
        );
    }
}
