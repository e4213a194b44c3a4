use std::collections::BTreeMap;

use super::template::Template;
use crate::FieldPath;

/// How the items of an answer become events of a log.
#[derive(Debug)]
pub struct EventMapping {
    /// The items.
    pub(crate) each: FieldPath,
    /// The list in an item of which every member is an event by itself.
    pub(crate) split: Option<FieldPath>,
    /// What an item must have to be an event of this kind.
    pub(crate) when: Option<FieldPath>,
    /// Which case an item belongs to.
    pub(crate) case: Template,
    /// What identifies the event, so that an overlapping scan stores it once.
    pub(crate) id: Option<Template>,
    pub(crate) activity: Activity,
    pub(crate) time: FieldPath,
    pub(crate) time_form: TimeForm,
    /// Who did it.
    pub(crate) resource: Option<Template>,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum Activity {
    /// Always the same.
    One(Template),
    /// By a field of the item. A value without a name is no event of the log.
    ByKind {
        kind: FieldPath,
        names: BTreeMap<String, Template>,
    },
}

/// How an app writes moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeForm {
    Rfc3339,
    UnixSeconds,
    UnixMilliseconds,
}
