//! Durations, counts, shares and errors as people read them: the same on pages, in terminals, to AI clients.

/// Units of a duration with their seconds, the largest first.
const UNITS: [(f64, &str); 4] = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s")];

/// The two largest units of a duration: `5 d 4 h`, `12 min`, `0.4 s`; `n/a` for what is no number.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "n/a".to_owned();
    }
    let (sign, seconds) = if seconds < 0.0 {
        ("-", -seconds)
    } else {
        ("", seconds)
    };
    if seconds < 10.0 {
        let whole = (seconds - seconds.round()).abs() < 0.05;
        return if whole {
            format!("{sign}{seconds:.0} s")
        } else {
            format!("{sign}{seconds:.1} s")
        };
    }
    for pair in UNITS.windows(2) {
        let &[(large, large_unit), (small, small_unit)] = pair else {
            continue;
        };
        // Rounded in the small unit first, so that nothing reads `1 d 24 h`.
        let small_per_large = (large / small).round();
        let smalls = (seconds / small).round();
        if smalls < small_per_large {
            continue;
        }
        let (larges, rest) = ((smalls / small_per_large).floor(), smalls % small_per_large);
        return if larges >= 100.0 || rest < 0.5 {
            format!("{sign}{} {large_unit}", rounded(seconds / large))
        } else {
            format!("{sign}{larges:.0} {large_unit} {rest:.0} {small_unit}")
        };
    }
    format!("{sign}{seconds:.0} s")
}

/// A share as percent: `100 %`, `7.2 %`, `< 0.1 %`.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    // Neither nothing nor everything is said of what is only nearly so.
    if percent > 0.0 && percent < 0.1 {
        "< 0.1 %".to_owned()
    } else if (99.95..100.0).contains(&percent) {
        "> 99.9 %".to_owned()
    } else if percent == 0.0 || (9.95..99.5).contains(&percent) || percent >= 100.0 {
        format!("{percent:.0} %")
    } else {
        format!("{percent:.1} %")
    }
}

/// A whole number with commas between thousands: `561,470`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number without its fraction, with commas between thousands; 0 below 0.
pub fn rounded(number: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates"
    )]
    let number = number.round() as u64;
    count(number)
}

/// An error's words as a sentence of their own: `at least 12 characters` is `At least 12 characters.`
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let mut sentence: String = first.chain(letters).collect();
    if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_show_their_two_largest_units() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (0.42, "0.4 s"),
            (9.97, "10 s"),
            (59.4, "59 s"),
            (59.6, "1 min"),
            (61.0, "1 min 1 s"),
            (3_569.0, "59 min 29 s"),
            (3_599.0, "1 h"),
            (3_600.0, "1 h"),
            (86_399.0, "1 d"),
            (86_400.0 * 5.0 + 3_600.0 * 4.0, "5 d 4 h"),
            (86_400.0 * 488.0 + 9_000.0, "488 d"),
            (86_400.0 * 30_156.0, "30,156 d"),
            (-90.0, "-1 min 30 s"),
            (f64::NAN, "n/a"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn shares_and_counts_read_well() {
        let shares = [0.0, 0.0004, 0.0123, 0.0996, 0.5, 0.9982, 0.9996, 1.0].map(percent);
        let texts = [
            "0 %", "< 0.1 %", "1.2 %", "10 %", "50 %", "99.8 %", "> 99.9 %", "100 %",
        ];
        assert_eq!(shares, texts);
        assert_eq!(
            [0, 999, 1_000, 561_470, u64::MAX].map(count),
            ["0", "999", "1,000", "561,470", "18,446,744,073,709,551,615"]
        );
    }

    #[test]
    fn a_sentence_begins_large_and_ends_once() {
        for (text, expected) in [
            ("", ""),
            ("at least 12 characters", "At least 12 characters."),
            ("Choose one.", "Choose one."),
            ("ändere es", "Ändere es."),
        ] {
            assert_eq!(sentence(text), expected);
            assert_eq!(sentence(expected), expected);
        }
    }
}
