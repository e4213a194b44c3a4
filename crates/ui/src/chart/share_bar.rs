use askama::Template;
use askama::filters::HtmlSafe;

use crate::filters;

/// A bar that is filled to a share of its width. The figure stands beside it as text.
#[derive(Debug, Clone, Copy, Template)]
#[template(path = "chart/share_bar.html")]
pub struct ShareBar {
    percent: f64,
    quiet: bool,
}

impl ShareBar {
    /// A bar for a share of 1; what is outside of 0 to 1 is cut.
    pub fn new(share: f64) -> Self {
        let share = if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.0
        };
        Self {
            percent: share * 100.0,
            quiet: false,
        }
    }

    /// The same in grey: true, and not what the reader looks for.
    #[must_use]
    pub const fn quiet(self) -> Self {
        Self {
            quiet: true,
            ..self
        }
    }
}

impl HtmlSafe for ShareBar {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_never_leaves_its_track() {
        for (share, width) in [
            (0.517, "51.7%"),
            (7.0, "100.0%"),
            (-1.0, "0.0%"),
            (f64::NAN, "0.0%"),
        ] {
            let svg = ShareBar::new(share).render().unwrap();
            assert!(
                svg.contains(&format!("class=\"fill\" width=\"{width}\"")),
                "{svg}"
            );
        }
    }
}
