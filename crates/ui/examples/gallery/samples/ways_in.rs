use kernel::Secret;
use ui::identity::{
    Authenticator, Organisation, PasskeyRow, Prove, RecoveryCodes, SecondFactor, Security,
};

use super::{Ink, Rendered, days_ago, id, minutes_ago, page, shot, visitor};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let mut pages = signing_in(ink);
    pages.extend(changing(ink));
    pages
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
    let by_address = Security {
        can_passkey: false,
        ..off.clone()
    };
    let prove = Prove {
        page: page(ink, None),
        email: ink.t("owner@example.com"),
        has_factor: false,
        has_passkeys: false,
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
    vec![
        shot("security-off", &off),
        shot("security-on", &on),
        shot("security-stale", &stale),
        shot("security-passkeys", &with_passkeys),
        shot("security-passkeys-stale", &passkeys_stale),
        shot("security-passkey-last", &last),
        shot("security-by-address", &by_address),
        shot("prove", &prove),
        shot("prove-factor", &prove_factor),
        shot("prove-passkey", &prove_passkey),
        shot("prove-wrong", &prove_wrong),
        shot("organisation", &open),
        shot("organisation-no-factor", &cannot),
        shot("organisation-required", &required),
    ]
}
