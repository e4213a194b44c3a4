use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// The names of the headers in which an app tells its limits: of requests, of points, or of both.
#[derive(Debug, Default)]
pub struct RateHeaders(pub(crate) Vec<RateFamily>);

/// The headers of one limit.
#[derive(Debug, Default)]
pub(crate) struct RateFamily {
    pub(crate) limit: Option<String>,
    pub(crate) remaining: Option<String>,
    pub(crate) reset: Option<String>,
    pub(crate) reset_form: ResetForm,
    /// A header that tells how many of how many were used: `api-usage=18/5000`.
    pub(crate) usage: Option<String>,
}

/// What the number of a reset header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ResetForm {
    #[default]
    UnixSeconds,
    SecondsFromNow,
    UnixMilliseconds,
}

/// What an app said about its limits with one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateLimit {
    /// Calls in a window.
    pub limit: Option<u64>,
    /// Calls left in it.
    pub remaining: Option<u64>,
    /// When the window starts anew.
    pub reset: Option<Wait>,
    /// What `Retry-After` asked for (RFC 9110 10.2.3).
    pub retry_after: Option<Wait>,
}

/// How long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// So long from now.
    For(Duration),
    /// Until then.
    Until(OffsetDateTime),
}

impl RateHeaders {
    /// Reads the limits out of an answer's headers; what cannot be read is not told. Of several
    /// limits, the one that is nearest to its end counts.
    pub fn read<'a>(&self, header: impl Fn(&str) -> Option<&'a str>) -> RateLimit {
        let families = self.0.iter().map(|family| family.read(&header));
        let tightest = families.min_by_key(RateLimit::left_per_million);
        RateLimit {
            retry_after: header("retry-after").and_then(retry_after),
            ..tightest.unwrap_or_default()
        }
    }
}

impl RateLimit {
    /// How long to leave the app alone: where it says so, or where none is left.
    pub fn pause(&self, now: OffsetDateTime) -> Option<Duration> {
        let spent = self.remaining == Some(0);
        let wait = self.retry_after.or_else(|| self.reset.filter(|_| spent))?;
        Some(match wait {
            Wait::For(duration) => duration,
            Wait::Until(moment) => Duration::try_from(moment - now).unwrap_or_default(),
        })
    }

    /// How much of the limit is left, in millionths; all of it where nothing is told.
    fn left_per_million(&self) -> u64 {
        const ALL: u64 = 1_000_000;
        match (self.remaining, self.limit) {
            (Some(0), _) => 0,
            (Some(remaining), Some(limit)) => remaining.saturating_mul(ALL) / limit.max(1),
            _ => ALL,
        }
    }
}

impl RateFamily {
    fn read<'a>(&self, header: impl Fn(&str) -> Option<&'a str>) -> RateLimit {
        let number = |name: &Option<String>| header(name.as_deref()?)?.trim().parse::<u64>().ok();
        let reset = number(&self.reset).and_then(|number| match self.reset_form {
            ResetForm::SecondsFromNow => Some(Wait::For(Duration::from_secs(number))),
            ResetForm::UnixSeconds => {
                let moment = OffsetDateTime::from_unix_timestamp(i64::try_from(number).ok()?);
                moment.ok().map(Wait::Until)
            }
            ResetForm::UnixMilliseconds => {
                let nanoseconds = i128::from(number) * 1_000_000;
                let moment = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds);
                moment.ok().map(Wait::Until)
            }
        });
        let used = self.usage.as_deref().and_then(&header).and_then(usage);
        RateLimit {
            limit: number(&self.limit).or(used.map(|(_, limit)| limit)),
            remaining: number(&self.remaining)
                .or(used.map(|(used, limit)| limit.saturating_sub(used))),
            reset,
            retry_after: None,
        }
    }
}

/// The first `used/limit` of a header.
fn usage(text: &str) -> Option<(u64, u64)> {
    let (before, after) = text.split_once('/')?;
    let digits = |letter: char| letter.is_ascii_digit();
    let used = before.rsplit(|letter| !digits(letter)).next()?;
    let limit = after.split(|letter| !digits(letter)).next()?;
    Some((used.parse().ok()?, limit.parse().ok()?))
}

fn retry_after(text: &str) -> Option<Wait> {
    let text = text.trim();
    text.parse()
        .map(|seconds| Wait::For(Duration::from_secs(seconds)))
        .ok()
        .or_else(|| {
            // RFC 9110 5.6.7: an IMF-fixdate is a date of RFC 5322 with the zone GMT.
            OffsetDateTime::parse(text, &Rfc2822).ok().map(Wait::Until)
        })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn rfc_9110_10_2_3_both_forms_of_retry_after_are_read() {
        assert_eq!(retry_after("120"), Some(Wait::For(Duration::from_mins(2))));
        assert_eq!(
            retry_after("Fri, 31 Dec 1999 23:59:59 GMT"),
            Some(Wait::Until(datetime!(1999-12-31 23:59:59 UTC)))
        );
        assert_eq!(retry_after("soon"), None);
        assert_eq!(retry_after("-1"), None);
    }

    #[test]
    fn githubs_limits_are_read() {
        let headers = RateHeaders(vec![RateFamily {
            limit: Some("x-ratelimit-limit".to_owned()),
            remaining: Some("x-ratelimit-remaining".to_owned()),
            reset: Some("x-ratelimit-reset".to_owned()),
            reset_form: ResetForm::UnixSeconds,
            usage: None,
        }]);
        let read = headers.read(|name| match name {
            "x-ratelimit-limit" => Some("5000"),
            "x-ratelimit-remaining" => Some("4987"),
            "x-ratelimit-reset" => Some("1350085394"),
            _ => None,
        });
        assert_eq!(
            (read.limit, read.remaining, read.retry_after),
            (Some(5000), Some(4987), None)
        );
        assert_eq!(
            read.reset,
            Some(Wait::Until(datetime!(2012-10-12 23:43:14 UTC)))
        );
    }

    #[test]
    fn a_count_of_what_was_used_is_read() {
        let headers = RateHeaders(vec![RateFamily {
            usage: Some("sforce-limit-info".to_owned()),
            ..RateFamily::default()
        }]);
        let read = |text: &'static str| {
            let told = headers.read(move |name| (name == "sforce-limit-info").then_some(text));
            (told.limit, told.remaining)
        };
        assert_eq!(read("api-usage=18/5000"), (Some(5000), Some(4982)));
        assert_eq!(
            read("api-usage=25/5000; per-app-api-usage=17/250(appName=x)"),
            (Some(5000), Some(4975))
        );
        for bad in ["", "/", "a/b", "18/", "/5000", "18"] {
            assert_eq!(read(bad), (None, None), "{bad}");
        }
    }

    #[test]
    fn of_two_limits_the_tighter_one_counts() {
        let family = |name: &str| RateFamily {
            limit: Some(format!("{name}-limit")),
            remaining: Some(format!("{name}-remaining")),
            reset: Some(format!("{name}-reset")),
            reset_form: ResetForm::UnixMilliseconds,
            usage: None,
        };
        let headers = RateHeaders(vec![family("requests"), family("complexity")]);
        let told = |complexity: &'static str| {
            headers.read(move |name| match name {
                "requests-limit" => Some("5000"),
                "requests-remaining" => Some("4000"),
                "complexity-limit" => Some("250000"),
                "complexity-remaining" => Some(complexity),
                "complexity-reset" => Some("1350085394000"),
                _ => None,
            })
        };
        let tight = told("0");
        assert_eq!((tight.limit, tight.remaining), (Some(250_000), Some(0)));
        assert_eq!(
            tight.reset,
            Some(Wait::Until(datetime!(2012-10-12 23:43:14 UTC)))
        );
        assert_eq!(told("249000").remaining, Some(4000));
    }
}
