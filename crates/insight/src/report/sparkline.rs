use crate::statistics::to_f64;

/// A series as one line of bars, at most `width` wide: neighbours share a bar by their mean. The
/// highest bar is the highest mean; a blank is exactly nothing.
pub(super) fn sparkline(series: &[u64], width: usize) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    if series.is_empty() || width == 0 {
        return String::new();
    }
    let bars = series.len().min(width);
    let means: Vec<f64> = (0..bars)
        .map(|bar| {
            let part = series.get(bar * series.len() / bars..(bar + 1) * series.len() / bars);
            let part = part.unwrap_or_default();
            to_f64(part.iter().sum::<u64>()) / to_f64(part.len().max(1))
        })
        .collect();
    let highest = means.iter().copied().fold(0.0, f64::max);
    let bar = |mean: f64| {
        if mean <= 0.0 {
            return ' ';
        }
        let height = (mean / highest * to_f64(BARS.len())).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and 8: 0 < mean <= highest"
        )]
        let height = height as usize;
        BARS.get(height.saturating_sub(1)).copied().unwrap_or('█')
    };
    means.into_iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::sparkline;

    #[test]
    fn bars_grow_with_the_series_and_blank_is_nothing() {
        assert_eq!(sparkline(&[0, 1, 4, 8], 10), " ▁▄█");
        assert_eq!(sparkline(&[1, 1, 3, 5, 8, 8], 3), "▁▄█");
        assert_eq!(sparkline(&[0, 0], 5), "  ");
        assert_eq!(sparkline(&[], 5), "");
    }
}
