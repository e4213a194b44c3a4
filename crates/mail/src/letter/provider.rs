//! What owners are told of who is let into their organisation.

use super::inline::inline;
use super::views::NoticeText;
use super::{Facts, Letter, Links, moment, notice};

const SETTINGS: &str = "/settings/single-sign-on";

/// Somebody turned an identity provider on.
pub(super) fn turned_on(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    let (provider, organisation) = (inline(&facts.what), inline(&facts.organisation));
    notice(
        &format!("An identity provider lets people into {organisation} from now on"),
        &NoticeText {
            greeting: &inline(&facts.person),
            first: format!(
                "{} turned the identity provider {provider} on for {organisation} at {}, on {}. From then on whoever runs it says who comes in: members whom it knows, and, where it is set up so, new people of your mail domains.",
                inline(&facts.who),
                links.host(),
                facts.at.map(moment).unwrap_or_default(),
            ),
            link: &links.page(SETTINGS),
            action: "See the provider",
            last: "If it was meant so, there is nothing to do. If not, turn it off there: what anybody does by it ends at once. Your audit log says what else was done.".to_owned(),
        },
    )
}

/// Somebody made single sign-on the only way in.
pub(super) fn required(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    let (provider, organisation) = (inline(&facts.what), inline(&facts.organisation));
    notice(
        &format!("Members come into {organisation} by its identity provider alone"),
        &NoticeText {
            greeting: &inline(&facts.person),
            first: format!(
                "{} made the identity provider {provider} the only way into {organisation} at {}, on {}. Members' own passwords, passkeys and linked accounts do not open it any more. Owners still come by their own way, and API keys and AI clients go on as they are.",
                inline(&facts.who),
                links.host(),
                facts.at.map(moment).unwrap_or_default(),
            ),
            link: &links.page(SETTINGS),
            action: "See the rule",
            last: "If it was meant so, there is nothing to do. If not, take it back there: members' own ways in work again at once. Your audit log says what else was done.".to_owned(),
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
