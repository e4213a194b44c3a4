use ui::Nav;
use ui::component::FieldErrors;
use ui::identity::{
    CertificateRow, DomainRow, FindProvider, ProviderDoor, ProviderForm, ProviderRow,
    ProviderTested, SamlProviderForm, SignOnSettings,
};

use super::{Ink, Rendered, days_ago, id, minutes_ago, page, shot, visitor};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let mut pages = settings(ink);
    pages.extend(doors(ink));
    pages
}

fn settings(ink: &Ink) -> Vec<Rendered> {
    let empty = SignOnSettings {
        page: page(ink, Some(Nav::Settings)),
        organisation: ink.t("Example Service Desk"),
        is_recent: true,
        domains: Vec::new(),
        providers: Vec::new(),
        is_required: false,
        origin: ink.t("https://countersign.example.com"),
        next_provider: id(8),
        domain: String::new(),
        domain_errors: FieldErrors::default(),
        form: ProviderForm::default(),
        saml: SamlProviderForm::default(),
    };
    let on = SignOnSettings {
        domains: domains(ink),
        providers: providers(ink),
        is_required: true,
        ..empty.clone()
    };
    let looked_at = SignOnSettings {
        is_recent: false,
        ..on.clone()
    };
    let unverified = SignOnSettings {
        domains: domains(ink).drain(1..2).collect(),
        is_required: false,
        ..on.clone()
    };
    let refused = SignOnSettings {
        domain: ink.t("https://example.com"),
        domain_errors: FieldErrors::default().with(
            "domain",
            ink.t("give a domain such as example.com, without @ and without https://"),
        ),
        form: ProviderForm {
            name: ink.t("Example Works ID"),
            issuer: ink.t("login.example.com"),
            client_id: ink.t("countersign"),
            makes_none: true,
            level: ink.t("none"),
            errors: FieldErrors::default().with(
                "issuer",
                ink.t("Give the issuer as the provider writes it, such as https://login.example.com: an address without ? and #."),
            ),
        },
        saml: SamlProviderForm {
            name: ink.t("Example Works SAML"),
            metadata: ink.t(""),
            entity_id: ink.t("https://login.example.com/saml"),
            sso_url: ink.t("https://login.example.com/saml/sso"),
            certificates: ink.t("-----BEGIN CERTIFICATE-----"),
            makes_none: false,
            level: ink.t("20"),
            errors: FieldErrors::default()
                .with("metadata", ink.t("Give the metadata, or all of its parts.")),
        },
        ..empty.clone()
    };
    vec![
        shot("sign-on-empty", &empty),
        shot("sign-on", &on),
        shot("sign-on-looked-at", &looked_at),
        shot("sign-on-unverified", &unverified),
        shot("sign-on-refused", &refused),
    ]
}

fn domains(ink: &Ink) -> Vec<DomainRow> {
    let row = |number, name: &str, verified_at, checked_at| DomainRow {
        id: id(number),
        name: ink.t(name),
        challenge: ink.t("0123456789abcdef0123456789abcdef"),
        checked_at,
        verified_at,
        lost_at: None,
    };
    vec![
        row(1, "example.com", Some(days_ago(30)), Some(minutes_ago(20))),
        row(
            2,
            "a-rather-long-department.support.example.org",
            None,
            None,
        ),
        DomainRow {
            lost_at: Some(minutes_ago(-60 * 24 * 4)),
            ..row(
                7,
                "example.net",
                Some(days_ago(400)),
                Some(minutes_ago(300)),
            )
        },
    ]
}

fn certificates(ink: &Ink) -> Vec<CertificateRow> {
    let row = |letter: &str, subject: &str, ends| CertificateRow {
        fingerprint: ink.t(&letter.repeat(64)),
        subject: ink.t(subject),
        ends,
    };
    vec![
        row("a", "CN=login.example.com", days_ago(3)),
        row(
            "b",
            "CN=a.rather.long.name.of.a.certificate.example.com, O=Example Works, C=SE",
            days_ago(-12),
        ),
    ]
}

fn providers(ink: &Ink) -> Vec<ProviderRow> {
    let row = |number, name: &str, issuer: &str, tested_at, turned_on_at| ProviderRow {
        id: id(number),
        kind: ink.t("OpenID Connect"),
        name: ink.t(name),
        issuer: ink.t(issuer),
        client_id: Some(ink.t("countersign")),
        secret_kept_at: Some(days_ago(31)),
        makes: Some(ink.t("User")),
        certificates: Vec::new(),
        tested_at,
        turned_on_at,
    };
    vec![
        row(
            3,
            "Example Works ID",
            "https://login.example.com",
            Some(days_ago(30)),
            Some(days_ago(30)),
        ),
        row(
            4,
            "The new one",
            "https://a.rather.long.host.of.a.provider.example.com/tenant/0123456789abcdef/v2.0",
            Some(days_ago(1)),
            None,
        ),
        ProviderRow {
            kind: ink.t("SAML 2.0"),
            client_id: None,
            secret_kept_at: None,
            certificates: certificates(ink),
            ..row(
                6,
                "Example Works SAML",
                "https://login.example.com/saml",
                Some(days_ago(2)),
                None,
            )
        },
        ProviderRow {
            secret_kept_at: None,
            makes: None,
            ..row(5, "Not tried", "https://sso.example.net", None, None)
        },
    ]
}

fn doors(ink: &Ink) -> Vec<Rendered> {
    let find = FindProvider {
        page: visitor(ink),
        email: String::new(),
        next: ink.t("/"),
        errors: FieldErrors::default(),
    };
    let unknown = FindProvider {
        email: ink.t("owner@example.net"),
        errors: FieldErrors::default().with(
            "email",
            ink.t("No organisation has single sign-on for this address. Sign in with a password or a passkey."),
        ),
        ..find.clone()
    };
    let door = ProviderDoor {
        page: visitor(ink),
        id: id(3),
        name: ink.t("Example Works ID"),
        host: ink.t("login.example.com"),
        has_domain: true,
        next: ink.t("/"),
    };
    let strange = ProviderDoor {
        host: ink.t("a.rather.long.host.of.a.provider.support.example.org:8443"),
        has_domain: false,
        ..door.clone()
    };
    let tested = ProviderTested {
        page: visitor(ink),
        id: id(3),
        name: ink.t("Example Works ID"),
        subject: ink.t("00u1a2b3c4d5e6f7"),
        label: ink.t("Example Owner"),
        email: Some(ink.t("owner@example.com")),
        is_own_domain: true,
        asked_at: Some(minutes_ago(1)),
    };
    let outside = ProviderTested {
        is_own_domain: false,
        asked_at: None,
        ..tested.clone()
    };
    let nothing = ProviderTested {
        email: None,
        ..outside.clone()
    };
    vec![
        shot("find-provider", &find),
        shot("find-provider-unknown", &unknown),
        shot("provider-door", &door),
        shot("provider-door-unverified", &strange),
        shot("provider-tested", &tested),
        shot("provider-tested-outside", &outside),
        shot("provider-tested-nothing", &nothing),
    ]
}
