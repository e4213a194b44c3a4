use super::inline::inline;
use super::views::NoticeText;
use super::{Facts, Letter, Links, notice};

/// To the mailbox that an account would leave.
pub(super) fn leaving(
    facts: &Facts,
    server: &str,
    (link, until): (&str, &str),
) -> Result<Letter, askama::Error> {
    notice(
        "Your Countersign account is asked to move to another address",
        &NoticeText {
            greeting: &inline(&facts.person),
            first: format!(
                "Somebody who is signed in to your account at {server} asked to move it to the address {}. Both addresses must agree. If it was you, agree here, signed in.",
                facts.address
            ),
            link,
            action: "See the change, and agree or stop it",
            last: format!(
                "The link works until {until}. If it was not you, stop it there, for which you need not sign in, and change your password: somebody is in your account."
            ),
        },
    )
}

/// To the mailbox that an account would move to.
pub(super) fn entering(
    facts: &Facts,
    server: &str,
    (link, until): (&str, &str),
) -> Result<Letter, askama::Error> {
    notice(
        "Confirm this address for your Countersign account",
        &NoticeText {
            greeting: "",
            first: format!(
                "Somebody at {server} asked to move their account to the address {}. If it was you, confirm it here, signed in to the account that you have.",
                facts.recipient
            ),
            link,
            action: "Confirm the address",
            last: format!(
                "The link works until {until}. If it was not you, do nothing: without you nothing changes."
            ),
        },
    )
}

/// To whoever has the address that somebody else asked for.
pub(super) fn taken(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    let server = links.host();
    notice(
        "Somebody asked for your address at Countersign",
        &NoticeText {
            greeting: "",
            first: format!(
                "Somebody at {server} asked to move their account to the address {}. It is the address of an account already, so nothing changes.",
                facts.recipient
            ),
            link: &links.page("/sign-in"),
            action: "Sign in to the account that has it",
            last: "If it was you: an address has one account. Move or delete the one before you move the other.".to_owned(),
        },
    )
}

/// To both, afterwards.
pub(super) fn changed(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    let server = links.host();
    notice(
        "Your Countersign account has another address",
        &NoticeText {
            greeting: &inline(&facts.person),
            first: format!(
                "Your account at {server} is under the address {} now. Every other session has ended. If it was you, there is nothing to do.",
                facts.address
            ),
            link: &links.page("/sign-in"),
            action: "Sign in",
            last: format!(
                "If it was not you, tell an admin of your organisation, and whoever runs {server}: they can move the account back."
            ),
        },
    )
}
