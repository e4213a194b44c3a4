use ui::component::FieldErrors;
use ui::identity::{
    ForgotPassword, ForgotPasswordDone, Invitation, MailLink, Offer, Profile, ResetPassword, Step,
    VerifyAddress,
};
use ui::{Verification, Viewer};

use super::{Ink, Rendered, minutes_ago, page, shot, visitor};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let mut pages = links(ink);
    pages.extend(forgot(ink));
    pages.extend(profile(ink));
    pages.extend(invitation(ink));
    pages
}

fn link(ink: &Ink) -> MailLink {
    MailLink {
        name: ink.t("Example Owner"),
        email: ink.t("owner@example.com"),
        token: ink.t("sample-token"),
        expires_at: minutes_ago(-24),
    }
}

fn links(ink: &Ink) -> Vec<Rendered> {
    let verify = VerifyAddress {
        page: page(ink, None),
        link: Some(link(ink)),
    };
    let verify_spent = VerifyAddress {
        link: None,
        ..verify.clone()
    };
    let reset = ResetPassword {
        page: visitor(ink),
        link: Some(link(ink)),
        errors: FieldErrors::default(),
        password_score: 0,
    };
    let refused = ResetPassword {
        errors: FieldErrors::default().with(
            "password",
            ink.t("This one is among the first that are guessed."),
        ),
        password_score: 1,
        ..reset.clone()
    };
    let spent = ResetPassword {
        link: None,
        ..reset.clone()
    };
    vec![
        shot("verify-address", &verify),
        shot("verify-address-spent", &verify_spent),
        shot("reset-password", &reset),
        shot("reset-password-refused", &refused),
        shot("reset-password-spent", &spent),
    ]
}

fn forgot(ink: &Ink) -> Vec<Rendered> {
    let form = ForgotPassword {
        page: visitor(ink),
        email: ink.t(""),
        error: String::new(),
        sends_mail: true,
    };
    let refused = ForgotPassword {
        email: ink.t("owner"),
        error: ink.t("write the address as name@example.com"),
        ..form.clone()
    };
    let off = ForgotPassword {
        sends_mail: false,
        ..form.clone()
    };
    let done = ForgotPasswordDone {
        page: visitor(ink),
        email: ink.t("owner@example.com"),
    };
    vec![
        shot("forgot-password", &form),
        shot("forgot-password-refused", &refused),
        shot("forgot-password-off", &off),
        shot("forgot-password-done", &done),
    ]
}

fn profile(ink: &Ink) -> Vec<Rendered> {
    let with = |verification| {
        let mut page = page(ink, None);
        page.viewer = page.viewer.map(|viewer| Viewer {
            verification,
            ..viewer
        });
        Profile {
            page,
            name: ink.t("Example Owner"),
            email: ink.t("owner@example.com"),
            is_verified: verification == Verification::Done,
            has_password: true,
            is_recent: verification == Verification::Done,
            sends_mail: verification != Verification::NoMail,
            change: None,
            new_email: ink.t(""),
            errors: FieldErrors::default(),
            password_score: 0,
        }
    };
    let refused = Profile {
        errors: FieldErrors::default()
            .with("current", ink.t("That is not your current password."))
            .with("password", ink.t("Use at least 10 characters.")),
        password_score: 1,
        ..with(Verification::Done)
    };
    let mut lost = with(Verification::Asked);
    let address = ink.t("displaced-01931a7e-0000-7000-8000-000000000001@displaced.invalid");
    lost.email.clone_from(&address);
    lost.page.viewer = lost.page.viewer.map(|viewer| Viewer {
        email: address,
        ..viewer
    });
    vec![
        shot("profile", &with(Verification::Done)),
        shot("profile-displaced", &lost),
        shot("profile-not-verified", &with(Verification::Asked)),
        shot("profile-no-mail", &with(Verification::NoMail)),
        shot("profile-refused", &refused),
    ]
}

fn invitation(ink: &Ink) -> Vec<Rendered> {
    let offer = |step| Invitation {
        page: visitor(ink),
        offer: Some(Offer {
            organisation: ink.t("Example Service Desk"),
            inviter: ink.t("Example Admin"),
            email: ink.t("member@example.com"),
            role: ink.t("Participant"),
            token: ink.t("sample-token"),
            expires_at: minutes_ago(-4_000),
            step,
        }),
    };
    let sign_up = |errors, password_score| {
        offer(Step::SignUp {
            name: ink.t("Example Member"),
            errors,
            password_score,
        })
    };
    let refused = FieldErrors::default()
        .with("name", ink.t("Write a name."))
        .with("password", ink.t("Use at least 10 characters."));
    let other = Invitation {
        page: page(ink, None),
        ..offer(Step::OtherAddress)
    };
    let spent = Invitation {
        page: visitor(ink),
        offer: None,
    };
    vec![
        shot("invitation-join", &offer(Step::Join)),
        shot(
            "invitation-sign-in",
            &offer(Step::SignIn(ink.t("/invitation?token=sample-token"))),
        ),
        shot("invitation-other-address", &other),
        shot("invitation-sign-up", &sign_up(FieldErrors::default(), 0)),
        shot("invitation-sign-up-refused", &sign_up(refused, 1)),
        shot("invitation-spent", &spent),
    ]
}
