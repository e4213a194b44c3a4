/// A number with commas between thousands.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share of 1 in percent. What is there but rounds to nothing reads `<0.1 %`.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent <= 0.0 {
        "0 %".to_owned()
    } else if percent < 0.1 {
        "<0.1 %".to_owned()
    } else if percent < 10.0 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(
            [0, 999, 1_000, 561_470, u64::MAX].map(count),
            ["0", "999", "1,000", "561,470", "18,446,744,073,709,551,615"]
        );
    }

    #[test]
    fn a_small_share_is_not_shown_as_nothing() {
        assert_eq!(
            [0.0, 0.0004, 0.0123, 0.517, 1.0].map(percent),
            ["0 %", "<0.1 %", "1.2 %", "52 %", "100 %"]
        );
    }
}
