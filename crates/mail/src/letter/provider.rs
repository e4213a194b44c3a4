//! What owners are told of who is let into their organisation.

use super::inline::inline;
use super::views::NoticeText;
use super::{Facts, Letter, Links, moment, notice};

const SETTINGS: &str = "/settings/single-sign-on";

/// Somebody turned an identity provider on.
pub(super) fn turned_on(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    let (provider, org) = names(facts);
    told(
        facts,
        links,
        &Told {
            subject: format!("An identity provider lets people into {org} from now on"),
            did: format!("turned the identity provider {provider} on for {org}"),
            means: "From then on whoever runs it says who comes in: members whom it knows, and, where it is set up so, new people of your mail domains.",
            action: "See the provider",
            undo: "turn it off there: what anybody does by it ends at once",
        },
    )
}

/// Somebody turned one off.
pub(super) fn turned_off(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    let (provider, org) = names(facts);
    told(
        facts,
        links,
        &Told {
            subject: format!("The identity provider of {org} lets nobody in any more"),
            did: format!("turned the identity provider {provider} off for {org}"),
            means: "Every session that it began has ended, and nobody has to come by it: members sign in by their own passwords, passkeys and linked accounts.",
            action: "See the provider",
            undo: "turn it on again there, and ask for single sign-on again where it was the only way in",
        },
    )
}

/// Somebody added a certificate to one that is on.
pub(super) fn certified(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    let (provider, org) = names(facts);
    told(
        facts,
        links,
        &Told {
            subject: format!("The identity provider of {org} has another certificate"),
            did: format!("added a certificate to the identity provider {provider} of {org}"),
            means: "Whoever has its key says who comes in from then on, beside whoever has the keys of those that were there.",
            action: "See the certificates",
            undo: "remove it there, and turn the provider off to end every session that it began",
        },
    )
}

/// Somebody made single sign-on the only way in.
pub(super) fn required(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    let (provider, org) = names(facts);
    told(
        facts,
        links,
        &Told {
            subject: format!("Members come into {org} by its identity provider alone"),
            did: format!("made the identity provider {provider} the only way into {org}"),
            means: "Members' own passwords, passkeys and linked accounts do not open it any more. Owners still come by their own way, and API keys and AI clients go on as they are.",
            action: "See the rule",
            undo: "take it back there: members' own ways in work again at once",
        },
    )
}

/// Somebody lifted that rule.
pub(super) fn lifted(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    let (provider, org) = names(facts);
    told(
        facts,
        links,
        &Told {
            subject: format!(
                "Members come into {org} by other ways than its identity provider again"
            ),
            did: format!(
                "let members come into {org} by other ways than the identity provider {provider} again"
            ),
            means: "Their own passwords, passkeys and linked accounts open it from then on.",
            action: "See the rule",
            undo: "set the rule again there: sessions that began by another way act in the organisation no more",
        },
    )
}

/// The provider and the organisation, as a mail may name them.
fn names(facts: &Facts) -> (String, String) {
    (inline(&facts.what), inline(&facts.organisation))
}

/// What one of these mails says.
struct Told {
    subject: String,
    did: String,
    means: &'static str,
    action: &'static str,
    undo: &'static str,
}

fn told(facts: &Facts, links: &Links, it: &Told) -> Result<Letter, askama::Error> {
    let Told {
        did, means, undo, ..
    } = it;
    let when = facts.at.map(moment).unwrap_or_default();
    notice(
        &it.subject,
        &NoticeText {
            greeting: &inline(&facts.person),
            first: format!(
                "{} {did} at {}, on {when}. {means}",
                inline(&facts.who),
                links.host(),
            ),
            link: &links.page(SETTINGS),
            action: it.action,
            last: format!(
                "If it was meant so, there is nothing to do. If not, {undo}. Your audit log says what else was done."
            ),
        },
    )
}

#[cfg(test)]
mod tests {
    use crate::Kind;
    use crate::letter::tests::{facts, links};
    use crate::letter::{Facts, write};

    #[test]
    fn owners_are_told_who_did_it_what_it_means_and_where_to_look() {
        for (kind, said) in [
            (
                Kind::ProviderOn,
                [
                    "Bo turned the identity provider Works ID on for Works at countersign.example",
                    "whoever runs it says who comes in",
                ],
            ),
            (
                Kind::ProviderOff,
                [
                    "Bo turned the identity provider Works ID off for Works at countersign.example",
                    "Every session that it began has ended",
                ],
            ),
            (
                Kind::ProviderCertificate,
                [
                    "Bo added a certificate to the identity provider Works ID of Works at countersign.example",
                    "Whoever has its key says who comes in",
                ],
            ),
            (
                Kind::SsoLifted,
                [
                    "Bo let members come into Works by other ways than the identity provider Works ID again at",
                    "Their own passwords, passkeys and linked accounts open it",
                ],
            ),
            (
                Kind::SsoRequired,
                [
                    "Bo made the identity provider Works ID the only way into Works at countersign.example",
                    "Owners still come by their own way",
                ],
            ),
        ] {
            let facts = Facts {
                what: "Works ID".to_owned(),
                ..facts(kind)
            };
            let letter = write(&facts, &links(), "").unwrap();
            let flat = letter.text.replace('\n', " ");
            let whole = "on 1 January 1970, 00:00 UTC";
            let page = "https://countersign.example/settings/single-sign-on";
            for said in said.into_iter().chain([whole, page, "Your audit log"]) {
                assert!(flat.contains(said), "{said}: {flat}");
            }
            assert!(letter.html.contains(&format!("href=\"{page}\"")));
        }
    }
}
