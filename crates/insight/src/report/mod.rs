//! Statistics as text for a terminal.

mod sections;
mod sparkline;
mod style;
mod table;
mod waiting;

use crate::statistics::Statistics;
use style::Style;

/// The summary that `countersign insight stats` prints: what the log holds, how long cases take,
/// where they wait, which ways they go, and what to be careful about.
///
/// `width` is the terminal's, in columns; lines are fitted to it between 60 and 140. With `colour`
/// off there is no escape sequence in the text, whatever the log's names contain.
pub fn text(statistics: &Statistics, width: usize, colour: bool) -> String {
    let width = width.clamp(60, 140);
    let style = Style { colour };
    let sections = [
        sections::headline(statistics, style),
        sections::durations(statistics, width, style),
        sections::flow(statistics, width, style),
        waiting::waiting(statistics, width, style),
        waiting::timers(statistics, width, style),
        sections::paths(statistics, width, style),
        sections::rework(statistics, width, style),
        sections::notes(statistics, width, style),
    ];
    let shown: Vec<_> = sections
        .into_iter()
        .filter(|section| !section.is_empty())
        .collect();
    shown.join("\n")
}

/// The character, or a visible stand-in for one that a terminal would obey: control characters, and
/// those that turn the direction of the text around it.
pub(crate) fn printable(character: char) -> char {
    let turns = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if character.is_control() || turns {
        '\u{fffd}'
    } else {
        character
    }
}

/// A name from a log, safe to print.
fn safe(name: &str) -> String {
    name.chars().map(printable).collect()
}
