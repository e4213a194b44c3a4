//! What a person is told that they may not have done themselves.

use kernel::client_in_words;

use super::inline::{inline, line};
use super::views::NoticeText;
use super::{Facts, Letter, Links, moment, notice};

pub(super) fn password_changed(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    notice(
        "Your Countersign password was changed",
        &NoticeText {
            greeting: &inline(&facts.person),
            first: format!(
                "The password of your account at {} was changed, and every other session has ended. If it was you, there is nothing to do.",
                links.host(),
            ),
            link: &links.page("/forgot-password"),
            action: "It was not me: reset the password",
            last: "Then tell an admin of your organisation, too. API keys that you made go on working: revoke those that may be in other hands.".to_owned(),
        },
    )
}

pub(super) fn new_device(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    notice(
        "Somebody signed in to Countersign from a new device",
        &NoticeText {
            greeting: &inline(&facts.person),
            first: format!(
                "Somebody signed in to your account at {} with {}, from the address {}, on {}. If it was you, there is nothing to do.",
                links.host(),
                inline(&client_in_words(&facts.client)),
                inline(&facts.address),
                facts.at.map(moment).unwrap_or_default(),
            ),
            link: &links.page("/sessions"),
            action: "It was not me: see my sessions",
            last: "End that session there, and change your password.".to_owned(),
        },
    )
}

pub(super) fn ways_in_changed(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    let (subject, change) = match facts.what.as_str() {
        "passkey_added" => ("A passkey was added", "A passkey was added to"),
        "passkey_removed" => ("A passkey was removed", "A passkey was removed from"),
        "authenticator_added" => (
            "An authenticator app was added",
            "An authenticator app was added to",
        ),
        "authenticator_removed" => (
            "The authenticator app was removed",
            "The authenticator app was removed from",
        ),
        "recovery_code_used" => (
            "A recovery code was used",
            "A recovery code was used in place of the second factor of",
        ),
        "recovery_codes_made" => (
            "There are new recovery codes",
            "New recovery codes were made, in place of all older ones, for",
        ),
        "identity_linked" => (
            "An account elsewhere was linked",
            "An account at another site was linked, and signs in to",
        ),
        "identity_unlinked" => (
            "An account elsewhere was unlinked",
            "An account at another site was unlinked, and no longer signs in to",
        ),
        _ => (
            "Your ways to sign in changed",
            "A way to sign in changed for",
        ),
    };
    notice(
        &format!("{subject}: your Countersign account"),
        &NoticeText {
            greeting: &inline(&facts.person),
            first: format!(
                "{change} your account at {}, on {}. If it was you, there is nothing to do.",
                links.host(),
                facts.at.map(moment).unwrap_or_default(),
            ),
            link: &links.page("/security"),
            action: "It was not me: see how I get in",
            last:
                "Remove there what is not yours, end all other sessions, and change your password."
                    .to_owned(),
        },
    )
}

pub(super) fn client_ended(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    notice(
        "An AI client lost its access to Countersign",
        &NoticeText {
            greeting: &inline(&facts.person),
            first: format!(
                "A token of {} came back to {} after it had been replaced. Somebody else may have had a copy, so all its access to your account has ended.",
                inline(&facts.client),
                links.host(),
            ),
            link: &links.page("/oauth/grants"),
            action: "See the AI clients you let in",
            last: "If you still use it, let it in again from there; its computer is the place to look for the copy.".to_owned(),
        },
    )
}

pub(super) fn operator_access(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    notice(
        "Somebody who runs Countersign looks into your organisation",
        &NoticeText {
            greeting: &inline(&facts.person),
            first: format!(
                "{}, who runs the server {}, opened {} to read in it until {}. The reason they gave: {}",
                inline(&facts.client),
                links.host(),
                inline(&facts.organisation),
                facts.at.map(moment).unwrap_or_default(),
                line(&facts.what),
            ),
            link: &links.page("/access/operators"),
            action: "See it, or end it",
            last: "They can read lists, such as who is in the organisation and which apps are connected; nothing of a person's own, no payload and no secret. They can change nothing.".to_owned(),
        },
    )
}

pub(super) fn connections_unused(facts: &Facts, links: &Links) -> Result<Letter, askama::Error> {
    notice(
        "Connected apps that nobody uses",
        &NoticeText {
            greeting: &inline(&facts.person),
            first: format!(
                "Some of the apps that are connected at {} to {} were not used for a month: {}.",
                links.host(),
                inline(&facts.organisation),
                line(&facts.what),
            ),
            link: &links.page("/connectors"),
            action: "Keep them, or disconnect them",
            last: "A connection that nobody needs is a risk that nobody needs. Each stays connected until somebody ends it, and is raised again after another month without use.".to_owned(),
        },
    )
}
