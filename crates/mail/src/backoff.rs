use std::time::Duration;

/// How long to wait after the attempt of that number, the first being 1: seconds while somebody
/// waits for the mail, then longer. All attempts that a job has (32, `mail.add_job`) span a day.
pub(crate) fn pause(attempt: i32) -> Duration {
    let seconds = match attempt {
        ..=1 => 10,
        2 => 30,
        3 => 120,
        4 => 300,
        5 => 900,
        6 => 1_800,
        _ => 3_600,
    };
    Duration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_and_the_attempts_span_a_day() {
        let pauses: Vec<Duration> = (1..32).map(pause).collect();
        assert!(pauses.is_sorted());
        let all: Duration = pauses.iter().sum();
        assert!(
            all > Duration::from_hours(24) && all < Duration::from_hours(27),
            "{all:?}"
        );
    }
}
