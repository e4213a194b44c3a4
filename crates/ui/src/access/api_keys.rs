use askama::Template;
use time::OffsetDateTime;

use super::KeyKind;
use crate::Page;
use crate::component::{FieldErrors, Tone};
use crate::filters;

/// The organisation's keys of one kind, and the form that makes one.
#[derive(Debug, Clone, Template)]
#[template(path = "access/api_keys.html")]
pub struct ApiKeys {
    /// What every page shares.
    pub page: Page,
    /// Which kind.
    pub kind: KeyKind,
    /// The newest first.
    pub keys: Vec<ApiKeyRow>,
    /// Whether the viewer has just shown who they are: without it no key is made.
    pub is_recent: bool,
    /// What a new key may be allowed.
    pub scopes: Vec<ScopeChoice>,
    /// Name of the new key, as typed.
    pub name: String,
    /// Days until it expires, as chosen.
    pub expires_in_days: u16,
    /// What is wrong, by field: `name`, `scopes`, `expires_in_days`.
    pub errors: FieldErrors,
}

/// A key, without its secret: that was shown once.
#[derive(Debug, Clone)]
pub struct ApiKeyRow {
    /// Its identifier.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// How it begins, to recognise it by.
    pub prefix: String,
    /// What it is allowed.
    pub scopes: Vec<String>,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// When it was last used.
    pub last_used_at: Option<OffsetDateTime>,
    /// When it stops working.
    pub expires_at: OffsetDateTime,
    /// Whether it works.
    pub state: KeyState,
}

impl ApiKeyRow {
    fn dialog_id(&self) -> String {
        format!("revoke-{}", self.id)
    }

    fn revoke_path(&self, keys: &str) -> String {
        format!("{keys}/{}/revoke", self.id)
    }
}

/// Whether a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It does.
    Active,
    /// It does, for a few days more.
    ExpiresSoon,
    /// Past its expiry.
    Expired,
    /// Taken back.
    Revoked,
}

impl KeyState {
    /// Whether the key opens anything.
    pub(super) const fn is_in_force(self) -> bool {
        matches!(self, Self::Active | Self::ExpiresSoon)
    }

    pub(super) const fn tone(self) -> Tone {
        match self {
            Self::Active => Tone::Ok,
            Self::ExpiresSoon => Tone::Warn,
            Self::Expired | Self::Revoked => Tone::Mute,
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::ExpiresSoon => "Expires soon",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
        }
    }
}

/// A right that a new key may be given.
#[derive(Debug, Clone)]
pub struct ScopeChoice {
    /// Its name: `approvals.propose`.
    pub value: String,
    /// What it allows, in words.
    pub text: String,
    /// Whether it is ticked.
    pub chosen: bool,
}

/// Lifetimes that the form offers, in days.
const LIFETIMES_DAYS: [u16; 4] = [7, 30, 90, 365];
