use kernel::Secret;
use ui::component::{ExternalUrl, FieldErrors};
use ui::identity::{
    Authenticator, Elsewhere, FromIssuer, FromSaml, IssuerChoice, LinkedIdentity, Organisation,
    OwnProvider, PasskeyRow, Prove, Provisioning, RecoveryCodes, SecondFactor, Security,
    SignUpWith, ToIssuer,
};

use super::{Ink, Rendered, days_ago, id, minutes_ago, page, shot, visitor};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let mut pages = signing_in(ink);
    pages.extend(changing(ink));
    pages.extend(by_issuer(ink));
    pages
}

pub(crate) fn issuers(ink: &Ink) -> Vec<IssuerChoice> {
    let choice = |(id, name): (&str, &str)| IssuerChoice {
        id: ink.t(id),
        name: ink.t(name),
    };
    [("google", "Google"), ("acme", "Example Works Accounts")]
        .map(choice)
        .to_vec()
}

fn by_issuer(ink: &Ink) -> Vec<Rendered> {
    let url = ExternalUrl::parse(&ink.t("https://accounts.google.com/auth?client_id=example"));
    let to = url.map(|url| ToIssuer {
        page: visitor(ink),
        name: ink.t("Google"),
        host: ink.t("accounts.google.com"),
        is_asked: false,
        url,
    });
    let asked = to.clone().map(|to| ToIssuer {
        is_asked: true,
        ..to
    });
    let from = FromIssuer {
        page: visitor(ink),
        name: ink.t("Google"),
        sentence: ink.t("Your address has an account here, which this way in is not linked to. Sign in as before, or reset your password, and link it under Security."),
        code: ink.t("identity.account_exists"),
        is_signed_in: false,
    };
    let back = FromIssuer {
        sentence: ink.t("That account is linked to somebody else here. Nothing was changed."),
        code: ink.t("identity.identity_taken"),
        is_signed_in: true,
        ..from.clone()
    };
    let sign_up = SignUpWith {
        page: visitor(ink),
        issuer: ink.t("Google"),
        email: ink.t("owner@example.com"),
        asks_verification: false,
        state: ink.t("sample-state"),
        name: ink.t("Example Owner"),
        organisation: ink.t(""),
        errors: FieldErrors::default(),
    };
    let refused = SignUpWith {
        asks_verification: true,
        errors: FieldErrors::default().with("organisation", ink.t("write a name")),
        ..sign_up.clone()
    };
    let from_saml = FromSaml {
        page: visitor(ink),
        provider: id(1),
        response: ink.t("c2FtcGxl"),
        relay_state: ink.t("sample-state"),
    };
    let mut shots = vec![
        shot("from-saml", &from_saml),
        shot("from-issuer", &from),
        shot("from-issuer-signed-in", &back),
        shot("sign-up-with", &sign_up),
        shot("sign-up-with-refused", &refused),
    ];
    shots.extend(to.map(|to| shot("to-issuer", &to)));
    shots.extend(asked.map(|to| shot("to-issuer-asked", &to)));
    shots
}

fn identities(ink: &Ink) -> Vec<LinkedIdentity> {
    let row = |number, issuer, label, used| LinkedIdentity {
        id: id(number),
        issuer: ink.t(issuer),
        label: ink.t(label),
        created_at: days_ago(60),
        last_used_at: used,
    };
    let long = "a.member.with.a.rather.long.address@support.example.com";
    vec![
        row(31, "GitHub", "example-owner", Some(minutes_ago(90))),
        row(32, "Example Works Accounts", long, None),
    ]
}

fn signing_in(ink: &Ink) -> Vec<Rendered> {
    let due = SecondFactor {
        page: visitor(ink),
        has_authenticator: true,
        has_passkeys: false,
        can_passkey: true,
        new_name: ink.t("Chrome on Linux"),
        codes_left: 7,
        error: ink.t(""),
        next: ink.t("/approvals"),
    };
    let wrong = SecondFactor {
        error: ink.t("That code is wrong, or was used already. Codes change every 30 seconds."),
        codes_left: 0,
        ..due.clone()
    };
    let none_yet = SecondFactor {
        has_authenticator: false,
        ..due.clone()
    };
    let none_by_address = SecondFactor {
        can_passkey: false,
        ..none_yet.clone()
    };
    let both = SecondFactor {
        has_passkeys: true,
        ..due.clone()
    };
    let passkey = SecondFactor {
        has_authenticator: false,
        error: ink.t("That took too long, or was answered already. Try again."),
        ..both.clone()
    };
    let key = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ";
    let uri = "otpauth://totp/Countersign:owner@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Countersign";
    let authenticator = Authenticator {
        page: visitor(ink),
        uri: Secret::new(ink.t(uri)),
        key: Secret::new(ink.t(key)),
        action: ink.t("/security/authenticator/confirm"),
        next: ink.t("/security"),
    };
    let codes = RecoveryCodes {
        page: visitor(ink),
        codes: ink
            .all(&[
                "7k20-p9xd-04wq-mz30",
                "7k21-p9xd-04wq-mz31",
                "7k22-p9xd-04wq-mz32",
                "7k23-p9xd-04wq-mz33",
                "7k24-p9xd-04wq-mz34",
                "7k25-p9xd-04wq-mz35",
                "7k26-p9xd-04wq-mz36",
                "7k27-p9xd-04wq-mz37",
                "7k28-p9xd-04wq-mz38",
                "7k29-p9xd-04wq-mz39",
            ])
            .into_iter()
            .map(Secret::new)
            .collect(),
        next: ink.t("/security"),
    };
    vec![
        shot("second-factor", &due),
        shot("second-factor-wrong", &wrong),
        shot("second-factor-none-yet", &none_yet),
        shot("second-factor-none-by-address", &none_by_address),
        shot("second-factor-both", &both),
        shot("second-factor-passkey", &passkey),
        shot("authenticator", &authenticator),
        shot("recovery-codes", &codes),
    ]
}

fn passkeys(ink: &Ink) -> Vec<PasskeyRow> {
    let row = |number, name, is_synced, made, used, doubted| PasskeyRow {
        id: id(number),
        name: ink.t(name),
        is_synced,
        created_at: days_ago(made),
        last_used_at: used,
        doubted_at: doubted,
    };
    let long = "The blue security key that lives in the top drawer at home";
    vec![
        row(
            21,
            "Safari on an iPhone",
            true,
            90,
            Some(minutes_ago(12)),
            None,
        ),
        row(22, long, false, 40, Some(days_ago(9)), Some(days_ago(1))),
        row(23, "Chrome on Linux", false, 1, None, None),
    ]
}

fn changing(ink: &Ink) -> Vec<Rendered> {
    let off = Security {
        page: page(ink, None),
        email: ink.t("owner@example.com"),
        passkeys: Vec::new(),
        provider: None,
        elsewhere: Elsewhere {
            identities: Vec::new(),
            issuers: issuers(ink),
            has_password: true,
        },
        can_passkey: true,
        new_name: ink.t("Chrome on Linux"),
        authenticator_since: None,
        codes_left: 0,
        is_required: false,
        is_recent: true,
    };
    let on = Security {
        authenticator_since: Some(days_ago(40)),
        codes_left: 2,
        ..off.clone()
    };
    let stale = Security {
        is_recent: false,
        is_required: true,
        ..on.clone()
    };
    let with_passkeys = Security {
        passkeys: passkeys(ink),
        codes_left: 9,
        ..off.clone()
    };
    let passkeys_stale = Security {
        is_recent: false,
        ..with_passkeys.clone()
    };
    let last = Security {
        passkeys: passkeys(ink).split_off(2),
        is_required: true,
        ..with_passkeys.clone()
    };
    let last_app = Security {
        is_required: true,
        ..on.clone()
    };
    let by_address = Security {
        can_passkey: false,
        ..off.clone()
    };
    let linked = Security {
        elsewhere: Elsewhere {
            identities: identities(ink),
            issuers: issuers(ink).into_iter().take(1).collect(),
            has_password: true,
        },
        ..off.clone()
    };
    let by_provider = Security {
        provider: Some(OwnProvider {
            id: id(3),
            name: ink.t("Example Works ID"),
            identity: Some((id(33), ink.t("owner@example.com"), days_ago(20))),
            is_own_session: false,
        }),
        ..linked.clone()
    };
    let to_link = Security {
        provider: Some(OwnProvider {
            id: id(3),
            name: ink.t("Example Works ID"),
            identity: None,
            is_own_session: true,
        }),
        ..off.clone()
    };
    let only_linked = Security {
        elsewhere: Elsewhere {
            identities: identities(ink).split_off(1),
            issuers: Vec::new(),
            has_password: false,
        },
        ..off.clone()
    };
    let prove = Prove {
        page: page(ink, None),
        email: ink.t("owner@example.com"),
        has_factor: false,
        has_passkeys: false,
        has_password: true,
        issuers: Vec::new(),
        provider: None,
        error: ink.t(""),
        next: ink.t("/security"),
    };
    let prove_factor = Prove {
        has_factor: true,
        ..prove.clone()
    };
    let prove_passkey = Prove {
        has_passkeys: true,
        ..prove_factor.clone()
    };
    let prove_issuer = Prove {
        has_password: false,
        issuers: issuers(ink).split_off(1),
        ..prove.clone()
    };
    let prove_provider = Prove {
        provider: issuers(ink).pop(),
        ..prove.clone()
    };
    let prove_wrong = Prove {
        error: ink.t("That is not your password."),
        ..prove.clone()
    };
    let open = Organisation {
        page: page(ink, None),
        name: ink.t("Example Service Desk"),
        is_second_factor_required: false,
        has_second_factor: true,
    };
    let cannot = Organisation {
        has_second_factor: false,
        ..open.clone()
    };
    let required = Organisation {
        is_second_factor_required: true,
        ..open.clone()
    };
    let provisioning = Provisioning {
        page: page(ink, None),
        base: ink.t("https://countersign.example.com/scim/v2"),
        keys: Vec::new(),
        members: 0,
        teams: 0,
    };
    let provisioned = Provisioning {
        keys: ink.all(&["Entra ID"]),
        members: 41,
        teams: 1,
        ..provisioning.clone()
    };
    vec![
        shot("provisioning-new", &provisioning),
        shot("provisioning", &provisioned),
        shot("security-off", &off),
        shot("security-on", &on),
        shot("security-stale", &stale),
        shot("security-passkeys", &with_passkeys),
        shot("security-passkeys-stale", &passkeys_stale),
        shot("security-passkey-last", &last),
        shot("security-app-last", &last_app),
        shot("security-by-address", &by_address),
        shot("security-by-provider", &by_provider),
        shot("security-to-link", &to_link),
        shot("security-linked", &linked),
        shot("security-only-linked", &only_linked),
        shot("prove", &prove),
        shot("prove-factor", &prove_factor),
        shot("prove-provider", &prove_provider),
        shot("prove-issuer", &prove_issuer),
        shot("prove-passkey", &prove_passkey),
        shot("prove-wrong", &prove_wrong),
        shot("organisation", &open),
        shot("organisation-no-factor", &cannot),
        shot("organisation-required", &required),
    ]
}
