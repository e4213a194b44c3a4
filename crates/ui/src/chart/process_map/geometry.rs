use std::fmt::Write as _;

/// A point of the picture, in pixels from its upper left corner.
pub(super) type Point = (f64, f64);

/// Length of an arrow's tip.
const TIP: f64 = 8.0;

/// A smooth path along `points`: a uniform cubic B-spline that starts at the first and ends where
/// the arrow's tip begins.
pub(super) fn smooth(points: &[Point]) -> String {
    let mut points = points.to_vec();
    if let [.., before, last] = points.as_mut_slice() {
        let (dx, dy) = direction(*before, *last);
        *last = (last.0 - dx * (TIP - 1.0), last.1 - dy * (TIP - 1.0));
    }
    let mut out = String::new();
    match points.as_slice() {
        [] | [_] => {}
        [a, b] => {
            let _ = write!(out, "M{:.1} {:.1}L{:.1} {:.1}", a.0, a.1, b.0, b.1);
        }
        [first, second, ..] => {
            let begin = mix(*first, *second, 5.0, 1.0);
            let _ = write!(
                out,
                "M{:.1} {:.1}L{:.1} {:.1}",
                first.0, first.1, begin.0, begin.1
            );
            for window in points.windows(3) {
                curve(&mut out, window[0], window[1], window[2]);
            }
            if let [.., before, last] = points.as_slice() {
                curve(&mut out, *before, *last, *last);
                let _ = write!(out, "L{:.1} {:.1}", last.0, last.1);
            }
        }
    }
    out
}

/// The tip of an arrow at the end of `points`, as a closed path.
pub(super) fn tip(points: &[Point], line_width: f64) -> String {
    let [.., before, last] = points else {
        return String::new();
    };
    let (dx, dy) = direction(*before, *last);
    let half = 3.2 + line_width * 0.55;
    let (x, y) = (last.0 - dx * TIP, last.1 - dy * TIP);
    format!(
        "M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
        last.0,
        last.1,
        x - dy * half,
        y + dx * half,
        x + dy * half,
        y - dx * half,
    )
}

fn curve(out: &mut String, a: Point, b: Point, c: Point) {
    let (one, two) = (mix(a, b, 2.0, 1.0), mix(a, b, 1.0, 2.0));
    let end = ((a.0 + 4.0 * b.0 + c.0) / 6.0, (a.1 + 4.0 * b.1 + c.1) / 6.0);
    let _ = write!(
        out,
        "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
        one.0, one.1, two.0, two.1, end.0, end.1
    );
}

fn mix(a: Point, b: Point, weight_a: f64, weight_b: f64) -> Point {
    let sum = weight_a + weight_b;
    (
        (a.0 * weight_a + b.0 * weight_b) / sum,
        (a.1 * weight_a + b.1 * weight_b) / sum,
    )
}

/// The unit vector from `a` to `b`; downwards where they are the same.
fn direction(a: Point, b: Point) -> Point {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx.hypot(dy);
    if length > 1e-6 {
        (dx / length, dy / length)
    } else {
        (0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_ends_where_its_tip_begins() {
        let points = [(0.0, 0.0), (0.0, 50.0)];
        assert_eq!(smooth(&points), "M0.0 0.0L0.0 43.0");
        assert!(tip(&points, 1.0).starts_with("M0.0 50.0L"));
    }

    #[test]
    fn a_bend_is_a_curve_and_no_point_draws_nothing() {
        assert!(smooth(&[(0.0, 0.0), (10.0, 20.0), (0.0, 40.0)]).contains('C'));
        assert_eq!(smooth(&[]), "");
        assert_eq!(tip(&[(1.0, 1.0)], 1.0), "");
        assert!(!tip(&[(1.0, 1.0), (1.0, 1.0)], 1.0).contains("NaN"));
    }
}
