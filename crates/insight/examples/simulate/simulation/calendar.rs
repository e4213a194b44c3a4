//! Working time: Monday to Friday, 08:00 to 17:00 UTC. Times are seconds since 1970.

pub(super) const MINUTE: i64 = 60;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;
const OPENS: i64 = 8 * HOUR;
const CLOSES: i64 = 17 * HOUR;

/// 0 for Monday. 1970-01-01 was a Thursday.
pub(super) fn weekday(time: i64) -> i64 {
    (time.div_euclid(DAY) + 3).rem_euclid(7)
}

/// The first working moment at or after this time.
pub(super) fn next_working(time: i64) -> i64 {
    let midnight = time - time.rem_euclid(DAY);
    let in_day = time - midnight;
    if weekday(time) < 5 && in_day < CLOSES {
        return midnight + in_day.max(OPENS);
    }
    next_working(midnight + DAY + OPENS)
}

/// The moment when so much working time has passed.
pub(super) fn after_work(start: i64, seconds: i64) -> i64 {
    let start = next_working(start);
    let left_today = CLOSES - start.rem_euclid(DAY);
    if seconds <= left_today {
        start + seconds
    } else {
        after_work(start + left_today, seconds - left_today)
    }
}

/// The first meeting of the change board after this time: Tuesdays and Thursdays, 10:00.
pub(super) fn next_board(time: i64) -> i64 {
    let midnight = time - time.rem_euclid(DAY);
    let meets = |day: &i64| matches!(weekday(*day), 1 | 3) && day + 10 * HOUR > time;
    let day = (0..8).map(|days| midnight + days * DAY).find(meets);
    day.unwrap_or(midnight) + 10 * HOUR
}
