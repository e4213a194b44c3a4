use serde_json::{Value, json};

use crate::discovery::MAX_RESULTS;

/// Which part of a list is asked for (RFC 7644 3.4.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// From 1 on.
    pub start: usize,
    /// At most so many; none asks for their number alone.
    pub count: usize,
}

/// So many where nothing is said.
const USUAL: usize = 100;

impl Page {
    /// Reads `startIndex` and `count`. Less than the least is the least.
    pub fn of(start: Option<i64>, count: Option<i64>) -> Self {
        let natural = |number: i64| usize::try_from(number.max(0)).unwrap_or(usize::MAX);
        Self {
            start: start.map_or(1, natural).max(1),
            count: count.map_or(USUAL, natural).min(MAX_RESULTS),
        }
    }

    /// How many come before it.
    pub const fn skipped(self) -> usize {
        self.start - 1
    }
}

/// The body of a list's answer: a page of so many in all.
pub fn list_response(total: usize, page: Page, resources: &[Value]) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": page.start,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7644_3_4_2_4_less_than_the_least_is_the_least() {
        let page = |start, count| {
            let page = Page::of(start, count);
            (page.start, page.count, page.skipped())
        };
        assert_eq!(page(None, None), (1, 100, 0));
        assert_eq!(page(Some(0), Some(-1)), (1, 0, 0));
        assert_eq!(page(Some(-5), Some(10_000)), (1, 200, 0));
        assert_eq!(page(Some(101), Some(50)), (101, 50, 100));
    }
}
