//! Every page in every state, with made-up data. All text goes through [`Ink`], so that a test can
//! put a hostile canary into every field at once.

mod access;
mod account;
mod approvals;
mod audit;
mod connectors;
mod fragments;
mod identity;
mod insight;
mod mail;
mod mail_links;
mod oauth;
mod operators;
mod overview;
mod problem;
mod requests;
mod roles;
mod scans;
mod service_desk;
mod sign_on;
mod teams;
mod trust;
mod ways_in;

use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use ui::component::Tone;
use ui::{Flash, Nav, OtherOrganisation, Page, Template, Verification, Viewer};
use uuid::Uuid;

/// The samples' present moment.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-22 14:03:07 UTC);
/// What the samples' person may do: all that a page asks for.
const PERMISSIONS: [&str; 9] = [
    "api_keys.manage",
    "approvals.decide",
    "approvals.read",
    "connectors.manage",
    "connectors.read",
    "insight.import",
    "organisation.manage",
    "people.provision",
    "teams.manage",
];
/// Appended to every text in the hostile set.
pub(crate) const CANARY: &str = "<script>canary</script>\"'&";

/// A page's name and its HTML.
pub(crate) type Rendered = (&'static str, Result<String, askama::Error>);

pub(crate) use fragments::fragments;

/// Writes the texts of the samples.
pub(crate) struct Ink {
    suffix: &'static str,
}

impl Ink {
    /// As people would write.
    pub(crate) const fn plain() -> Self {
        Self { suffix: "" }
    }

    /// With the canary in every text.
    #[allow(dead_code, reason = "used by the tests, not by the gallery")]
    pub(crate) const fn hostile() -> Self {
        Self { suffix: CANARY }
    }

    /// A text.
    pub(crate) fn t(&self, text: &str) -> String {
        [text, self.suffix].concat()
    }

    /// Texts.
    pub(crate) fn all(&self, texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| self.t(text)).collect()
    }

    /// Pairs of texts.
    pub(crate) fn pairs(&self, pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| (self.t(name), self.t(value)))
            .collect()
    }
}

/// Every page in every state.
pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    [
        identity::pages(ink),
        ways_in::pages(ink),
        overview::pages(ink),
        connectors::pages(ink),
        insight::pages(ink),
        oauth::pages(ink),
        approvals::pages(ink),
        access::pages(ink),
        account::pages(ink),
        roles::pages(ink),
        operators::pages(ink),
        sign_on::pages(ink),
        teams::pages(ink),
        audit::pages(ink),
        mail::pages(ink),
        mail_links::pages(ink),
        trust::pages(ink),
        problem::pages(ink),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What is shared, for a signed-in person.
pub(crate) fn page(ink: &Ink, nav: Option<Nav>) -> Page {
    Page {
        nonce: ink.t("c2FtcGxlLW5vbmNlLTE2Yg=="),
        csrf: ink.t("sample-csrf-token"),
        viewer: Some(Viewer {
            name: ink.t("Example Owner"),
            email: ink.t("owner@example.com"),
            organisation: ink.t("Example Service Desk"),
            role: ink.t("Super Admin"),
            in_organisation: true,
            verification: Verification::Done,
            places: Nav::all().collect(),
            permissions: PERMISSIONS.map(str::to_owned).into(),
        }),
        organisations: vec![
            OtherOrganisation {
                id: id(0x71),
                name: ink.t("Example Works"),
            },
            OtherOrganisation {
                id: id(0x72),
                name: ink
                    .t("An organisation whose name is as long as names of organisations can be"),
            },
        ],
        nav,
        flash: None,
        waiting_approvals: 3,
        assets_base: ink.t("assets"),
        request_id: ink.t("req_01jd9v6b3kx4t8m2n5p7q9r1s3"),
        now: NOW,
    }
}

/// What is shared, for somebody in no organisation.
pub(crate) fn alone(ink: &Ink) -> Page {
    let page = page(ink, None);
    Page {
        viewer: page.viewer.map(|viewer| Viewer {
            organisation: "No organisation".to_owned(),
            role: String::new(),
            in_organisation: false,
            places: Vec::new(),
            permissions: Vec::new(),
            ..viewer
        }),
        organisations: Vec::new(),
        waiting_approvals: 0,
        ..page
    }
}

/// What is shared, for a visitor.
pub(crate) fn visitor(ink: &Ink) -> Page {
    Page {
        viewer: None,
        nav: None,
        waiting_approvals: 0,
        ..page(ink, None)
    }
}

/// The page of somebody who does not hold `permission`.
pub(crate) fn without(mut page: Page, permission: &str) -> Page {
    if let Some(viewer) = &mut page.viewer {
        viewer.permissions.retain(|held| held != permission);
    }
    page
}

/// A page with a message about what just happened.
pub(crate) fn with_flash(page: Page, tone: Tone, text: String) -> Page {
    Page {
        flash: Some(Flash { tone, text }),
        ..page
    }
}

/// An identifier of any kind.
pub(crate) fn id<T: From<Uuid>>(number: u128) -> T {
    T::from(Uuid::from_u128(
        0x0193_5000_7000_0000_8000_0000_0000_0000_u128 + number,
    ))
}

/// The same, in its text form: where a view takes identifiers of several kinds.
pub(crate) fn id_text<T: From<Uuid> + std::fmt::Display>(number: u128) -> String {
    id::<T>(number).to_string()
}

/// So many minutes before now; after, when negative.
pub(crate) fn minutes_ago(minutes: i64) -> OffsetDateTime {
    NOW - Duration::minutes(minutes)
}

/// So many days before now; after, when negative.
pub(crate) fn days_ago(days: i64) -> OffsetDateTime {
    NOW - Duration::days(days)
}

/// Renders a page under a name.
pub(crate) fn shot(name: &'static str, view: &impl Template) -> Rendered {
    (name, view.render())
}
