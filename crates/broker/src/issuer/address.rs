use super::IssuerKind;

/// An address that an issuer vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Vouched {
    /// In lower case.
    pub(super) email: String,
    /// Whether that is as good as a mail to it. Others have verified it once: whose it is since, they need not
    /// know, and a mail of ours asks.
    pub(super) has_authority: bool,
}

/// RFC 5321 4.5.3.1.3, less the angle brackets.
const MAX_LENGTH: usize = 254;

impl Vouched {
    /// An address that `kind` says is verified. Nothing where it is none that an account is named by as it
    /// stands: plain ASCII, so that no two spellings are one mailbox.
    pub(super) fn new(kind: &IssuerKind, text: &str, hosted: Option<&str>) -> Option<Self> {
        let email = text.to_ascii_lowercase();
        let (local, domain) = email.rsplit_once('@')?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
        let is_local = local.len() <= 64
            && local
                .split('.')
                .all(|atom| !atom.is_empty() && atom.bytes().all(plain));
        let label = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let is_domain = domain.contains('.')
            && domain
                .split('.')
                .all(|part| (1..=63).contains(&part.len()) && part.bytes().all(label));
        if !is_local || !is_domain || email.len() > MAX_LENGTH {
            return None;
        }
        let has_authority = match kind {
            // Google's own rule: its mailboxes, and those of a Workspace, which it names as the hosted domain.
            IssuerKind::Google => domain == "gmail.com" || hosted == Some(domain),
            IssuerKind::GitHub | IssuerKind::Dropbox => false,
            IssuerKind::Oidc { domains, .. } => domains.iter().any(|own| own == domain),
        };
        Some(Self {
            email,
            has_authority,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oidc(domains: &[&str]) -> IssuerKind {
        IssuerKind::Oidc {
            issuer: "https://login.example.com".to_owned(),
            domains: domains.iter().map(|&domain| domain.to_owned()).collect(),
        }
    }

    fn authority(kind: &IssuerKind, text: &str, hosted: Option<&str>) -> bool {
        Vouched::new(kind, text, hosted).unwrap().has_authority
    }

    #[test]
    fn only_the_host_of_a_mailbox_vouches_for_it() {
        let google = &IssuerKind::Google;
        assert!(authority(google, "Ada@Gmail.com", None));
        assert!(authority(google, "ada@example.com", Some("example.com")));
        assert!(!authority(google, "ada@example.com", None));
        assert!(!authority(google, "ada@example.com", Some("other.example")));
        assert!(!authority(google, "ada@gmail.com.evil.example", None));
        for kind in [&IssuerKind::GitHub, &IssuerKind::Dropbox, &oidc(&[])] {
            assert!(!authority(kind, "ada@gmail.com", Some("gmail.com")));
        }
        let acme = oidc(&["acme.example"]);
        assert!(authority(&acme, "ada@ACME.example", None));
        for other in [
            "ada@sub.acme.example",
            "ada@notacme.example",
            "acme.example@x.example",
        ] {
            assert!(!authority(&acme, other, None), "{other}");
        }
    }

    #[test]
    fn an_address_with_another_spelling_is_none() {
        for text in [
            "",
            "ada",
            "ada@localhost",
            "@example.com",
            "ada@b\u{fc}cher.example",
            "\u{430}da@example.com",
            "ada@ex ample.com",
            "ada@example..com",
            "ada@example.com\n",
            "\"a@b\"@example.com",
            "ada@[127.0.0.1]",
        ] {
            assert_eq!(Vouched::new(&oidc(&[]), text, None), None, "{text}");
        }
        let plain = Vouched::new(&oidc(&[]), "ADA@Example.COM", None).unwrap();
        assert_eq!(plain.email, "ada@example.com");
    }
}
