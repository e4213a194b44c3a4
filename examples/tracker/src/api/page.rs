use super::problem::Problem;

/// How many items a page holds: 1 to 100, 50 unless told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit(usize);

impl Limit {
    pub(super) fn new(asked: Option<u16>) -> Result<Self, Problem> {
        match asked.unwrap_or(50) {
            limit @ 1..=100 => Ok(Self(limit.into())),
            _ => Err(Problem::parameter("limit is a number from 1 to 100")),
        }
    }

    /// The first page of `items`, and the last item on it where more follow.
    pub(super) fn page<T: Copy>(self, items: impl Iterator<Item = T>) -> (Vec<T>, Option<T>) {
        let mut page: Vec<T> = items.take(self.0 + 1).collect();
        let more = page.len() > self.0;
        page.truncate(self.0);
        let last = page.last().copied().filter(|_| more);
        (page, last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_last_item_only_when_more_follow() {
        let limit = Limit::new(Some(2)).unwrap();
        assert_eq!(limit.page([1, 2, 3].into_iter()), (vec![1, 2], Some(2)));
        assert_eq!(limit.page([1, 2].into_iter()), (vec![1, 2], None));
        assert_eq!(limit.page(std::iter::empty::<u8>()), (vec![], None));
    }

    #[test]
    fn a_limit_out_of_range_is_refused() {
        assert!(Limit::new(Some(0)).is_err() && Limit::new(Some(101)).is_err());
    }
}
