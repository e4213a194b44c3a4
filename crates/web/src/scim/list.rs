use ::scim::{Filter, Page, Projection, Resource, ScimError};
use serde::Deserialize;

/// What a list, or an answer, is asked for (RFC 7644 3.4.2, 3.9). There is no sorting here: its parameters are
/// ignored, as the RFC has it, like all that is unknown.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    pub(super) filter: Option<String>,
    start_index: Option<i64>,
    count: Option<i64>,
    attributes: Option<String>,
    excluded_attributes: Option<String>,
}

/// How many resources a filter is asked of that no index answers.
pub(super) const MOST_SCANNED: usize = 10_000;

impl Asked {
    pub(super) fn filter(&self, resource: Resource) -> Result<Option<Filter>, ScimError> {
        let text = self.filter.as_deref();
        text.map(|text| Filter::parse(resource, text)).transpose()
    }

    pub(super) fn page(&self) -> Page {
        Page::of(self.start_index, self.count)
    }

    pub(super) fn projection(&self, resource: Resource) -> Projection {
        let attributes = self.attributes.as_deref();
        Projection::parse(resource, attributes, self.excluded_attributes.as_deref())
    }

    pub(super) const fn names_attributes(&self) -> bool {
        self.attributes.is_some() || self.excluded_attributes.is_some()
    }
}

/// The page of what a filter left.
pub(super) fn cut<T>(found: Vec<T>, page: Page) -> (usize, Vec<T>) {
    let total = found.len();
    let rows = found.into_iter().skip(page.skipped()).take(page.count);
    (total, rows.collect())
}
