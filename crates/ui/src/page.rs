use kernel::OrganisationId;
use time::OffsetDateTime;

use crate::assets;
use crate::component::Tone;

/// What every page shares, made once per request by the handler's extractor.
#[derive(Debug, Clone)]
pub struct Page {
    /// The nonce of this answer's Content-Security-Policy; every `<script>` carries it.
    pub nonce: String,
    /// The anti-forgery token that every POST form sends back as `csrf`.
    pub csrf: String,
    /// The signed-in person, if any.
    pub viewer: Option<Viewer>,
    /// Where else the viewer is a member: what the switcher offers.
    pub organisations: Vec<OtherOrganisation>,
    /// The entry of the navigation that this page belongs to.
    pub nav: Option<Nav>,
    /// A message about what just happened, shown once.
    pub flash: Option<Flash>,
    /// Proposals that wait for a decision in this organisation.
    pub waiting_approvals: u64,
    /// Path below which assets are served, without a slash at the end: `/assets`.
    pub assets_base: String,
    /// The request, for a support conversation.
    pub request_id: String,
    /// The moment that relative times are relative to.
    pub now: OffsetDateTime,
}

impl Page {
    /// The URL of the asset with this plain name.
    pub fn asset(&self, name: &str) -> String {
        let file_name = assets::by_name(name).map_or(name, |asset| asset.file_name.as_str());
        format!("{}/{file_name}", self.assets_base)
    }

    /// Whether the viewer may do `permission`: a page offers nothing that it would refuse.
    pub fn may(&self, permission: &str) -> bool {
        let viewer = self.viewer.as_ref();
        viewer.is_some_and(|viewer| viewer.permissions.iter().any(|held| held == permission))
    }

    /// The navigation, in its groups, with the current entry marked: where the viewer may go.
    pub fn navigation(&self) -> Vec<NavGroup> {
        let item = |nav: Nav| NavItem {
            nav,
            current: self.nav == Some(nav),
            count: if nav == Nav::Approvals {
                self.waiting_approvals
            } else {
                0
            },
        };
        let may = |nav: &Nav| {
            let viewer = self.viewer.as_ref();
            viewer.is_none_or(|viewer| viewer.places.contains(nav))
        };
        NAVIGATION
            .iter()
            .map(|(label, navs)| NavGroup {
                label,
                items: navs.iter().copied().filter(may).map(item).collect(),
            })
            .filter(|group| !group.items.is_empty())
            .collect()
    }
}

/// An organisation that a session could act in instead.
#[derive(Debug, Clone)]
pub struct OtherOrganisation {
    /// Its identifier.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
}

/// The signed-in person.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Their name.
    pub name: String,
    /// Their email address.
    pub email: String,
    /// The organisation that they act in.
    pub organisation: String,
    /// Their role in it, in words.
    pub role: String,
    /// Whether mail to their address was shown to reach them.
    pub verification: Verification,
    /// Whether they are in one at all; else most of the frame leads nowhere.
    pub in_organisation: bool,
    /// Where they may go: the rest of the navigation is not shown.
    pub places: Vec<Nav>,
    /// What they may do, in the words of the permission catalogue.
    pub permissions: Vec<String>,
}

/// Whether mail to a person's address was shown to reach them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// It was.
    Done,
    /// They were sent a link, and have not used it.
    Asked,
    /// It was not, and this server sends no mail.
    NoMail,
}

impl Viewer {
    /// Whether they still have to use a link that they were sent.
    pub fn was_asked(&self) -> bool {
        self.verification == Verification::Asked
    }

    /// Whether whoever owns the mail domain took back an address that they never confirmed (`identity.displace`).
    pub fn has_lost_address(&self) -> bool {
        self.email.ends_with("@displaced.invalid")
    }

    /// Whether they cannot be sent a link.
    pub fn has_no_mail(&self) -> bool {
        self.verification == Verification::NoMail
    }

    /// One or two letters for the avatar.
    pub fn initials(&self) -> String {
        let mut words = self
            .name
            .split_whitespace()
            .filter_map(|word| word.chars().next());
        let first = words.next();
        first
            .into_iter()
            .chain(words.next_back())
            .flat_map(char::to_uppercase)
            .collect()
    }
}

/// A message about what just happened.
#[derive(Debug, Clone)]
pub struct Flash {
    /// Whether it went well.
    pub tone: Tone,
    /// One or two plain sentences.
    pub text: String,
}

/// The places of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nav {
    /// What needs me now.
    Overview,
    /// Event logs and what they show.
    Insight,
    /// Writes that wait for a countersign.
    Approvals,
    /// Apps and connections.
    Connectors,
    /// Keys for AI clients and scripts.
    Keys,
    /// What people let AI clients do.
    Clients,
    /// Members of the organisation.
    People,
    /// Teams of the organisation.
    Teams,
    /// Roles of the organisation's own.
    Roles,
    /// The audit log.
    Audit,
    /// Controls and their evidence.
    Trust,
    /// What was sent by mail.
    Mail,
    /// Rules that hold for every member.
    Settings,
}

const NAVIGATION: [(&str, &[Nav]); 3] = [
    ("Work", &[Nav::Overview, Nav::Insight, Nav::Approvals]),
    ("Customization", &[Nav::Connectors, Nav::Clients, Nav::Keys]),
    (
        "Organisation",
        &[
            Nav::People,
            Nav::Teams,
            Nav::Roles,
            Nav::Settings,
            Nav::Mail,
            Nav::Audit,
            Nav::Trust,
        ],
    ),
];

impl Nav {
    /// All of them, as the navigation shows them.
    pub fn all() -> impl Iterator<Item = Self> {
        NAVIGATION.iter().flat_map(|(_, navs)| navs.iter().copied())
    }

    /// Its name on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Insight => "Insight",
            Self::Approvals => "Approvals",
            Self::Connectors => "Connectors",
            Self::Clients => "AI clients",
            Self::Keys => "API keys",
            Self::People => "People",
            Self::Teams => "Teams",
            Self::Roles => "Roles",
            Self::Audit => "Audit",
            Self::Trust => "Trust",
            Self::Mail => "Mail",
            Self::Settings => "Settings",
        }
    }

    /// Where it leads.
    pub const fn href(self) -> &'static str {
        match self {
            Self::Overview => "/",
            Self::Insight => "/insight",
            Self::Approvals => "/approvals",
            Self::Connectors => "/connectors",
            Self::Clients => "/oauth/grants",
            Self::Keys => "/access/keys",
            Self::People => "/people",
            Self::Teams => "/teams",
            Self::Roles => "/roles",
            Self::Audit => "/audit",
            Self::Trust => "/trust",
            Self::Mail => "/settings/mail",
            Self::Settings => "/settings",
        }
    }

    /// The name of its icon.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Overview => "home",
            Self::Insight => "chart",
            Self::Approvals => "stamp",
            Self::Connectors => "plug",
            Self::Clients => "device",
            Self::Keys => "key",
            Self::People => "people",
            Self::Teams => "team",
            Self::Roles => "badge",
            Self::Audit => "list",
            Self::Trust => "shield",
            Self::Mail => "mail",
            Self::Settings => "sliders",
        }
    }

    /// The key that, after `g`, goes there.
    pub const fn shortcut(self) -> char {
        match self {
            Self::Overview => 'o',
            Self::Insight => 'i',
            Self::Approvals => 'a',
            Self::Connectors => 'c',
            Self::Clients => 'm',
            Self::Keys => 'k',
            Self::People => 'p',
            Self::Teams => 'w',
            Self::Roles => 'r',
            Self::Audit => 'l',
            Self::Trust => 't',
            Self::Mail => 'e',
            Self::Settings => 's',
        }
    }
}

/// Entries of the navigation under one label.
#[derive(Debug, Clone)]
pub struct NavGroup {
    /// The label.
    pub label: &'static str,
    /// The entries.
    pub items: Vec<NavItem>,
}

/// One entry of the navigation.
#[derive(Debug, Clone, Copy)]
pub struct NavItem {
    /// The place.
    pub nav: Nav,
    /// Whether this page belongs to it.
    pub current: bool,
    /// How many things wait there; 0 shows nothing.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_place_has_a_shortcut_of_its_own() {
        let places = NAVIGATION.iter().flat_map(|(_, places)| *places);
        let shortcuts: BTreeSet<char> = places.clone().map(|place| place.shortcut()).collect();
        assert_eq!(shortcuts.len(), places.count());
    }

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        let viewer = |name: &str| Viewer {
            name: name.to_owned(),
            email: String::new(),
            organisation: String::new(),
            role: String::new(),
            verification: Verification::Done,
            in_organisation: true,
            places: Vec::new(),
            permissions: Vec::new(),
        };
        assert_eq!(viewer("example maria owner").initials(), "EO");
        assert_eq!(viewer("owner").initials(), "O");
        assert_eq!(viewer("").initials(), "");
    }
}
