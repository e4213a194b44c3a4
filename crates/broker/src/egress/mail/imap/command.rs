use std::collections::BTreeSet;

use manifest::MailField;
use zeroize::Zeroizing;

use super::mailbox_name;

/// Every command that can be said. None of them changes a mailbox: it is opened by EXAMINE, headers are read by PEEK,
/// which leaves no mark, and there is no word here for storing, moving, copying, deleting or appending.
pub(super) enum Command<'a> {
    Capability,
    /// RFC 9051 6.2.2, with the answer at once where the server takes that (RFC 4959).
    AuthenticatePlain(Option<&'a Zeroizing<String>>),
    /// RFC 9051 6.2.3, both quoted already.
    Login(&'a Zeroizing<String>, &'a Zeroizing<String>),
    /// RFC 9051 6.3.3.
    Examine(&'a str),
    /// The UIDs between two, both included (RFC 9051 6.4.4).
    UidSearch(u32, u32),
    /// What envelopes say, of the mails between two UIDs (RFC 9051 6.4.5).
    UidFetch(u32, u32, &'a BTreeSet<MailField>),
    Logout,
}

impl Command<'_> {
    /// As it is said, but for its tag and the end of its line.
    pub(super) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Capability => "CAPABILITY".to_owned(),
            Self::AuthenticatePlain(None) => "AUTHENTICATE PLAIN".to_owned(),
            Self::AuthenticatePlain(Some(answer)) => format!("AUTHENTICATE PLAIN {}", ***answer),
            Self::Login(user, password) => format!("LOGIN {} {}", ***user, ***password),
            Self::Examine(mailbox) => format!("EXAMINE {}", quoted(&mailbox_name::encode(mailbox))),
            Self::UidSearch(first, last) => format!("UID SEARCH UID {first}:{last}"),
            Self::UidFetch(first, last, fields) => {
                format!("UID FETCH {first}:{last} ({})", items(fields))
            }
            Self::Logout => "LOGOUT".to_owned(),
        })
    }
}

/// A text of printable ASCII in quotes (RFC 9051 4.3).
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted + "\""
}

/// What is asked for: no more than is kept.
fn items(fields: &BTreeSet<MailField>) -> String {
    let mut items = vec!["UID".to_owned(), "INTERNALDATE".to_owned()];
    if fields.contains(&MailField::Seen) || fields.contains(&MailField::Answered) {
        items.push("FLAGS".to_owned());
    }
    if fields.contains(&MailField::SizeBytes) {
        items.push("RFC822.SIZE".to_owned());
    }
    let headers = headers(fields);
    if !headers.is_empty() {
        items.push(format!("BODY.PEEK[HEADER.FIELDS ({})]", headers.join(" ")));
    }
    items.join(" ")
}

fn headers(fields: &BTreeSet<MailField>) -> Vec<&'static str> {
    use MailField as F;
    let needs: [(&str, &[F]); 7] = [
        ("DATE", &[F::Sent]),
        ("FROM", &[F::From]),
        ("TO", &[F::To]),
        ("CC", &[F::Cc]),
        ("MESSAGE-ID", &[F::MessageId, F::Thread, F::Id]),
        ("IN-REPLY-TO", &[F::InReplyTo, F::Thread]),
        ("REFERENCES", &[F::References, F::Thread]),
    ];
    let needed = needs
        .iter()
        .filter(|(_, by)| by.iter().any(|field| fields.contains(field)));
    needed.map(|(header, _)| *header).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_command_reads_a_text_or_leaves_a_mark() {
        let all: BTreeSet<MailField> = MailField::ALL.map(|(field, _)| field).into();
        let secret = Zeroizing::new("x".to_owned());
        let said: Vec<String> = [
            Command::Capability,
            Command::AuthenticatePlain(None),
            Command::AuthenticatePlain(Some(&secret)),
            Command::Login(&secret, &secret),
            Command::Examine("a \"b\\\r\n"),
            Command::UidSearch(1, 2),
            Command::UidFetch(1, 2, &all),
            Command::Logout,
        ]
        .iter()
        .map(|command| command.text().to_string())
        .collect();
        assert_eq!(
            said,
            [
                "CAPABILITY",
                "AUTHENTICATE PLAIN",
                "AUTHENTICATE PLAIN x",
                "LOGIN x x",
                "EXAMINE \"a \\\"b\\\\&AA0ACg-\"",
                "UID SEARCH UID 1:2",
                "UID FETCH 1:2 (UID INTERNALDATE FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS \
                 (DATE FROM TO CC MESSAGE-ID IN-REPLY-TO REFERENCES)])",
                "LOGOUT",
            ]
        );
    }

    #[test]
    fn what_is_not_kept_is_not_asked_for() {
        assert_eq!(items(&[MailField::Uid].into()), "UID INTERNALDATE");
        assert_eq!(
            items(&[MailField::From, MailField::Id].into()),
            "UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM MESSAGE-ID)]"
        );
    }
}
