//! What mails say. Texts are plain; HTML is the same text, escaped by the template engine, without
//! images.

mod change_email;
mod domain;
mod inline;
mod provider;
mod told;
mod views;

use askama::Template;
use time::OffsetDateTime;
use time::macros::format_description;
use url::Url;

use crate::Kind;
use inline::inline;
use views::{InvitationHtml, InvitationText, NoticeHtml, NoticeText};

/// A mail as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Makes links: to this server, whatever a request said in its Host header.
#[derive(Debug, Clone)]
pub struct Links {
    origin: String,
}

/// What the database says of a mail.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) kind: Kind,
    pub(crate) recipient: String,
    pub(crate) person: String,
    pub(crate) organisation: String,
    pub(crate) inviter: String,
    pub(crate) role: String,
    pub(crate) expires_at: Option<OffsetDateTime>,
    /// Who of the organisation did what it is about.
    pub(crate) who: String,
    /// What a client calls itself, where and when it was seen; who looks in from outside, and until when.
    pub(crate) client: String,
    pub(crate) address: String,
    /// What changed (`identity.tell_of`), why somebody looks in, or which domain, provider or connections it is.
    pub(crate) what: String,
    /// Whether an address that was asked for has an account of its own.
    pub(crate) is_taken: bool,
    pub(crate) at: Option<OffsetDateTime>,
}

impl Links {
    /// Links below the server's public address.
    pub fn new(public_url: &Url) -> Self {
        Self {
            origin: public_url.origin().ascii_serialization(),
        }
    }

    pub(crate) fn to(&self, path: &str, token: &str) -> String {
        format!("{}{path}?token={token}", self.origin)
    }

    pub(crate) fn page(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub(crate) fn host(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, host)| host)
    }
}

/// The letter of a mail; `link` is where its button leads.
pub(crate) fn write(facts: &Facts, links: &Links, link: &str) -> Result<Letter, askama::Error> {
    let until = facts.expires_at.map(moment).unwrap_or_default();
    let server = links.host();
    match facts.kind {
        Kind::Invitation => invitation(facts, server, (link, &until)),
        Kind::VerifyAddress => notice(
            "Confirm your address for Countersign",
            &NoticeText {
                greeting: "",
                first: format!(
                    "Somebody made an account at {server} with the address {}. If it was you, confirm that the address is yours. You are asked to sign in.",
                    facts.recipient
                ),
                link,
                action: "Confirm the address",
                last: format!(
                    "The link works once, until {until}. If it was not you, do nothing: without this step the account can do next to nothing."
                ),
            },
        ),
        Kind::ResetPassword => notice(
            "Reset your Countersign password",
            &NoticeText {
                greeting: &inline(&facts.person),
                first: format!(
                    "Somebody asked to reset the password of your account at {server}. If it was you, choose another one."
                ),
                link,
                action: "Choose another password",
                last: format!(
                    "The link works once, until {until}. If it was not you, do nothing: your password stays as it is."
                ),
            },
        ),
        Kind::PasswordChanged => told::password_changed(facts, links),
        Kind::NewDevice => told::new_device(facts, links),
        Kind::WaysInChanged => told::ways_in_changed(facts, links),
        Kind::ClientEnded => told::client_ended(facts, links),
        Kind::ChangeEmailOld => change_email::leaving(facts, server, (link, &until)),
        Kind::ChangeEmailNew if facts.is_taken => change_email::taken(facts, links),
        Kind::ChangeEmailNew => change_email::entering(facts, server, (link, &until)),
        Kind::EmailChanged => change_email::changed(facts, links),
        Kind::AccountDeleted => account_deleted(links),
        Kind::OperatorAccess => told::operator_access(facts, links),
        Kind::DomainFailing => domain::failing(facts, links),
        Kind::DomainLost => domain::lost(facts, links),
        Kind::ProviderOn => provider::turned_on(facts, links),
        Kind::ProviderOff => provider::turned_off(facts, links),
        Kind::ProviderCertificate => provider::certified(facts, links),
        Kind::SsoRequired => provider::required(facts, links),
        Kind::SsoLifted => provider::lifted(facts, links),
        Kind::ConnectionsUnused => told::connections_unused(facts, links),
    }
}

/// Nobody's name is known any more, and this is the last mail to the address.
fn account_deleted(links: &Links) -> Result<Letter, askama::Error> {
    let server = links.host();
    notice(
        "Your Countersign account is deleted",
        &NoticeText {
            greeting: "",
            first: format!(
                "Your account at {server} was deleted by somebody who was signed in to it and proved to be you. What was yours is gone; what your organisations keep names nobody."
            ),
            link: &links.page("/sign-up"),
            action: "Make a new account",
            last: format!("If it was not you, tell whoever runs {server}. It cannot be undone."),
        },
    )
}

/// What `countersign mail test` sends.
pub fn test_letter(server: &str) -> Result<Letter, askama::Error> {
    notice(
        "Test mail from Countersign",
        &NoticeText {
            greeting: "",
            first: "This mail shows that Countersign can send mail with the configuration that it has. Nobody has to do anything.".to_owned(),
            link: server,
            action: "Go to Countersign",
            last: String::new(),
        },
    )
}

fn notice(subject: &str, text: &NoticeText<'_>) -> Result<Letter, askama::Error> {
    Ok(Letter {
        subject: subject.to_owned(),
        html: NoticeHtml { it: text, subject }.render()?,
        text: text.render()?,
    })
}

fn invitation(
    facts: &Facts,
    server: &str,
    (link, until): (&str, &str),
) -> Result<Letter, askama::Error> {
    let organisation = inline(&facts.organisation);
    let subject = format!("Join {organisation} on Countersign");
    let text = InvitationText {
        inviter: inline(&facts.inviter),
        organisation,
        role: facts.role.to_lowercase(),
        recipient: facts.recipient.clone(),
        server,
        link,
        until,
    };
    Ok(Letter {
        html: InvitationHtml {
            it: &text,
            subject: &subject,
        }
        .render()?,
        text: text.render()?,
        subject,
    })
}

/// `22 November 2026, 14:05 UTC`
fn moment(at: OffsetDateTime) -> String {
    at.to_offset(time::UtcOffset::UTC)
        .format(format_description!(
            "[day padding:none] [month repr:long] [year], [hour]:[minute] UTC"
        ))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn facts(kind: Kind) -> Facts {
        Facts {
            kind,
            recipient: "ada@example.com".to_owned(),
            person: "Ada".to_owned(),
            organisation: "Works".to_owned(),
            inviter: "Bo".to_owned(),
            role: "ADMIN".to_owned(),
            expires_at: Some(OffsetDateTime::UNIX_EPOCH),
            who: "Bo".to_owned(),
            client: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
                .to_owned(),
            address: "192.0.2.7".to_owned(),
            what: "passkey_added".to_owned(),
            is_taken: false,
            at: Some(OffsetDateTime::UNIX_EPOCH),
        }
    }

    pub(super) fn links() -> Links {
        Links::new(&"https://countersign.example/".parse().unwrap())
    }

    #[test]
    fn the_link_stands_once_in_the_text_and_in_the_html() {
        let link = links().to("/reset-password", "csr_x");
        assert_eq!(
            link,
            "https://countersign.example/reset-password?token=csr_x"
        );
        for kind in [
            Kind::VerifyAddress,
            Kind::ResetPassword,
            Kind::Invitation,
            Kind::ChangeEmailNew,
            Kind::ChangeEmailOld,
        ] {
            let letter = write(&facts(kind), &links(), &link).unwrap();
            assert_eq!(
                letter.text.matches(&link).count(),
                1,
                "{kind:?}\n{}",
                letter.text
            );
            assert!(
                letter.html.contains(&format!("href=\"{link}\"")),
                "{}",
                letter.html
            );
            assert!(
                letter.text.contains("1 January 1970, 00:00 UTC"),
                "{}",
                letter.text
            );
        }
    }

    #[test]
    fn every_change_of_the_ways_in_is_named() {
        for (what, said) in [
            (
                "passkey_added",
                "A passkey was added to your account at countersign.example",
            ),
            ("passkey_removed", "A passkey was removed from"),
            ("authenticator_added", "An authenticator app was added to"),
            (
                "authenticator_removed",
                "The authenticator app was removed from",
            ),
            (
                "recovery_code_used",
                "in place of the second factor of your account",
            ),
            ("recovery_codes_made", "New recovery codes were made"),
            ("identity_linked", "and signs in to your account at"),
            (
                "identity_unlinked",
                "and no longer signs in to your account",
            ),
        ] {
            let facts = Facts {
                what: what.to_owned(),
                ..facts(Kind::WaysInChanged)
            };
            let letter = write(&facts, &links(), "").unwrap();
            let flat = letter.text.replace('\n', " ");
            assert!(flat.contains(said), "{what}: {flat}");
            assert!(
                flat.contains("https://countersign.example/security"),
                "{flat}"
            );
        }
    }

    #[test]
    fn whoever_has_the_address_already_gets_no_link_to_give_it_away() {
        let link = links().to("/change-address", "csm_x");
        let facts = Facts {
            is_taken: true,
            ..facts(Kind::ChangeEmailNew)
        };
        let letter = write(&facts, &links(), &link).unwrap();
        assert!(!letter.text.contains("csm_x") && !letter.html.contains("csm_x"));
        assert!(letter.text.contains("nothing changes"), "{}", letter.text);
    }

    #[test]
    fn owners_are_told_who_looks_in_and_why() {
        let facts = Facts {
            client: "Example Operator".to_owned(),
            what: "Ticket 4711: a scan does not end".to_owned(),
            ..facts(Kind::OperatorAccess)
        };
        let letter = write(&facts, &links(), "").unwrap();
        let flat = letter.text.replace('\n', " ");
        for said in [
            "Example Operator, who runs the server countersign.example, opened Works",
            "until 1 January 1970, 00:00 UTC",
            "Ticket 4711: a scan does not end",
            "https://countersign.example/access/operators",
        ] {
            assert!(flat.contains(said), "{said}: {flat}");
        }
    }

    #[test]
    fn owners_are_told_which_domain_fails_until_when_and_what_to_do() {
        let facts = |kind| Facts {
            what: "works.example".to_owned(),
            ..facts(kind)
        };
        for (kind, said) in [
            (
                Kind::DomainFailing,
                [
                    "works.example is the mail domain of Works",
                    "_countersign.works.example",
                    "until 1 January 1970, 00:00 UTC",
                ],
            ),
            (
                Kind::DomainLost,
                [
                    "works.example is the mail domain of Works",
                    "no more",
                    "Sessions and accounts stay",
                ],
            ),
        ] {
            let letter = write(&facts(kind), &links(), "").unwrap();
            let flat = letter.text.replace('\n', " ");
            for said in said {
                assert!(flat.contains(said), "{said}: {flat}");
            }
            assert!(flat.contains("/settings/single-sign-on"), "{flat}");
        }
    }

    #[test]
    fn whoever_connected_apps_is_told_which_nobody_used() {
        let facts = Facts {
            what: "GitHub, Slack".to_owned(),
            ..facts(Kind::ConnectionsUnused)
        };
        let letter = write(&facts, &links(), "").unwrap();
        let flat = letter.text.replace('\n', " ");
        for said in [
            "connected at countersign.example to Works",
            "for a month: GitHub, Slack.",
            "https://countersign.example/connectors",
        ] {
            assert!(flat.contains(said), "{said}: {flat}");
        }
    }

    #[test]
    fn names_are_one_line_escaped_and_no_links() {
        let facts = Facts {
            organisation: "Works\r\nBcc: eve@example.com\r\n\r\n<img src=https://evil.example/x>"
                .to_owned(),
            inviter: "\u{202e}oB <b>https://evil.example www.evil.example".to_owned(),
            ..facts(Kind::Invitation)
        };
        let letter = write(&facts, &links(), "https://countersign.example/x").unwrap();
        assert!(
            !letter.subject.contains(['\r', '\n']),
            "{:?}",
            letter.subject
        );
        assert!(
            !letter.html.contains("<img") && !letter.html.contains("<b>"),
            "{}",
            letter.html
        );
        let text = letter.text.replace("https://countersign.example", "");
        assert!(!text.contains("://") && !text.contains("www."), "{text}");
        assert!(!letter.text.contains('\u{202e}'));
        assert!(!letter.text.contains("\nBcc:"));
    }
}
