const STEP: u64 = 1_000;

/// A size in SI units: `340 B`, `1.2 kB`, `5 MB`.
#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
pub fn bytes(size_bytes: u64) -> String {
    let (unit, name) = match size_bytes {
        0..STEP => return format!("{size_bytes} B"),
        STEP..1_000_000 => (STEP, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    let number = format!("{:.1}", size_bytes as f64 / unit as f64);
    format!("{} {name}", number.strip_suffix(".0").unwrap_or(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_si_units() {
        assert_eq!(
            [0, 999, 1_200, 5_000_000, 7_250_000_000].map(bytes),
            ["0 B", "999 B", "1.2 kB", "5 MB", "7.2 GB"]
        );
    }
}
