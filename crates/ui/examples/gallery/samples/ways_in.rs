use kernel::Secret;
use ui::identity::{Authenticator, Organisation, Prove, RecoveryCodes, SecondFactor, Security};

use super::{Ink, Rendered, days_ago, page, shot, visitor};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let mut pages = signing_in(ink);
    pages.extend(changing(ink));
    pages
}

fn signing_in(ink: &Ink) -> Vec<Rendered> {
    let due = SecondFactor {
        page: visitor(ink),
        has_authenticator: true,
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
        shot("authenticator", &authenticator),
        shot("recovery-codes", &codes),
    ]
}

fn changing(ink: &Ink) -> Vec<Rendered> {
    let off = Security {
        page: page(ink, None),
        email: ink.t("owner@example.com"),
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
    let prove = Prove {
        page: page(ink, None),
        email: ink.t("owner@example.com"),
        error: ink.t(""),
        next: ink.t("/security"),
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
        shot("prove", &prove),
        shot("prove-wrong", &prove_wrong),
        shot("organisation", &open),
        shot("organisation-no-factor", &cannot),
        shot("organisation-required", &required),
    ]
}
