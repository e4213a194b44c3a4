use kernel::words::duration;

/// A span of milliseconds: `340 ms`, `1.2 s`, then as every duration.
pub fn millis(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        _ => duration(std::time::Duration::from_millis(millis).as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_timed_in_milliseconds_first() {
        assert_eq!(
            [7, 1_234, 83_000, 600_000].map(millis),
            ["7 ms", "1.2 s", "1 min 23 s", "10 min"]
        );
    }
}
