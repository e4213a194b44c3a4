const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
const YEAR: f64 = 365.25 * DAY;

/// A span of seconds in the one unit that reads best: `45 s`, `12 min`, `5.2 h`, `39.9 d`, `1.4 yr`.
pub fn seconds(seconds: f64) -> String {
    match seconds {
        s if !s.is_finite() => "n/a".to_owned(),
        s if s < 0.0 => format!("\u{2212}{}", self::seconds(-s)),
        0.0 => "0 s".to_owned(),
        s if s < 1.0 => format!("{:.0} ms", s * 1_000.0),
        s if s < MINUTE => format!("{s:.0} s"),
        s if s < HOUR => format!("{} min", short(s / MINUTE)),
        s if s < DAY => format!("{} h", short(s / HOUR)),
        s if s < YEAR => format!("{} d", short(s / DAY)),
        s => format!("{} yr", short(s / YEAR)),
    }
}

/// A span of milliseconds: `340 ms`, `1.2 s`, then as [`seconds`].
pub fn millis(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        #[expect(clippy::cast_precision_loss, reason = "below 60,000")]
        1_000..60_000 => format!("{:.1} s", millis as f64 / 1_000.0),
        _ => seconds(std::time::Duration::from_millis(millis).as_secs_f64()),
    }
}

/// One decimal below ten, where it tells something.
fn short(value: f64) -> String {
    let text = if value < 9.95 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    };
    text.strip_suffix(".0")
        .map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_span_takes_the_unit_that_reads_best() {
        let read = [
            0.0,
            0.34,
            45.0,
            720.0,
            18_720.0,
            86_400.0,
            2_592_116.0,
            45_000_000.0,
        ]
        .map(seconds);
        assert_eq!(
            read,
            [
                "0 s", "340 ms", "45 s", "12 min", "5.2 h", "1 d", "30 d", "1.4 yr"
            ]
        );
        assert_eq!(seconds(1e9), "32 yr");
        assert_eq!(seconds(-60.0), "\u{2212}1 min");
        assert_eq!(seconds(f64::NAN), "n/a");
    }

    #[test]
    fn a_call_is_timed_in_milliseconds_first() {
        assert_eq!([7, 1_234, 600_000].map(millis), ["7 ms", "1.2 s", "10 min"]);
    }
}
