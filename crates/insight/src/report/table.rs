use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::style::Style;

/// Columns of text under dim titles. One column, marked flexible, gives way when the line would be
/// wider than the terminal.
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

pub(super) struct Column {
    title: &'static str,
    align: Align,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Align {
    Left,
    Right,
    /// Gives way at its end.
    Flexible,
    /// Gives way at both sides of its arrow.
    Step,
}

impl Column {
    pub(super) fn left(title: &'static str) -> Self {
        Self {
            title,
            align: Align::Left,
        }
    }

    pub(super) fn right(title: &'static str) -> Self {
        Self {
            title,
            align: Align::Right,
        }
    }

    pub(super) fn flexible(title: &'static str) -> Self {
        Self {
            title,
            align: Align::Flexible,
        }
    }

    pub(super) fn step(title: &'static str) -> Self {
        Self {
            title,
            align: Align::Step,
        }
    }
}

const INDENT: usize = 2;
const BETWEEN: usize = 2;

impl Table {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(super) fn render(&self, width: usize, style: Style) -> String {
        let widths = self.widths(width);
        let mut text = String::new();
        if self.columns.iter().any(|column| !column.title.is_empty()) {
            let titles = self.columns.iter().map(|column| column.title);
            text.push_str(&style.dim(&self.line(titles, &widths)));
            text.push('\n');
        }
        for row in &self.rows {
            text.push_str(&self.line(row.iter().map(String::as_str), &widths));
            text.push('\n');
        }
        text
    }

    /// Whether no line is wider than this.
    pub(super) fn fits(&self, width: usize) -> bool {
        let widths = self.widths(width);
        INDENT + widths.iter().sum::<usize>() + BETWEEN * (widths.len().max(1) - 1) <= width
    }

    fn widths(&self, width: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .map(|column| column.title.width())
            .collect();
        for row in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = (*widest).max(cell.width());
            }
        }
        let whole = INDENT + widths.iter().sum::<usize>() + BETWEEN * (widths.len().max(1) - 1);
        let over = whole.saturating_sub(width);
        for (widest, column) in widths.iter_mut().zip(&self.columns) {
            if matches!(column.align, Align::Flexible | Align::Step) {
                *widest = widest.saturating_sub(over).max(10);
            }
        }
        widths
    }

    fn line<'c>(&self, cells: impl Iterator<Item = &'c str>, widths: &[usize]) -> String {
        let mut line = " ".repeat(INDENT);
        for (at, ((cell, &width), column)) in cells.zip(widths).zip(&self.columns).enumerate() {
            if at > 0 {
                line.push_str(&" ".repeat(BETWEEN));
            }
            let cell = match column.align {
                Align::Step => shortened_step(cell, width),
                _ => shortened(cell, width),
            };
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            match column.align {
                Align::Right => line.extend([padding.as_str(), &cell]),
                Align::Left | Align::Flexible | Align::Step => {
                    line.extend([cell.as_str(), &padding]);
                }
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// `from → to` with as much of both names as fits.
fn shortened_step(step: &str, width: usize) -> String {
    const ARROW: &str = " → ";
    let Some((from, to)) = step.split_once(ARROW).filter(|_| step.width() > width) else {
        return shortened(step, width);
    };
    let room = width.saturating_sub(ARROW.width());
    // The longer name gives way first.
    let (from_room, to_room) = match (from.width(), to.width()) {
        (narrow, _) if narrow <= room / 2 => (narrow, room - narrow),
        (_, narrow) if narrow <= room / 2 => (room - narrow, narrow),
        _ => (room.div_ceil(2), room / 2),
    };
    [&shortened(from, from_room), ARROW, &shortened(to, to_room)].concat()
}

/// The text, cut with an ellipsis where it is wider than this many columns.
pub(super) fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut kept, mut used) = (String::new(), 0);
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used + 1 > width {
            break;
        }
        kept.push(character);
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_keeps_both_its_names_recognisable() {
        let shorten = |width| shortened_step("Assign seriousness → Closed", width);
        assert_eq!(shorten(27), "Assign seriousness → Closed");
        assert_eq!(shorten(20), "Assign ser… → Closed");
        assert_eq!(
            shortened_step("Take in charge → Resolve ticket", 20),
            "Take in… → Resolve…"
        );
    }

    #[test]
    fn the_flexible_column_gives_way_and_wide_characters_count_twice() {
        let columns = vec![Column::flexible("step"), Column::right("n")];
        let mut table = Table::new(columns);
        table.row(vec![
            "受付 reception of a very long request".into(),
            "1,234".into(),
        ]);
        table.row(vec!["b".into(), "5".into()]);
        let text = table.render(30, Style { colour: false });
        assert_eq!(
            text,
            "  step                       n\n  受付 reception of a…   1,234\n  b                          5\n"
        );
        assert!(text.lines().all(|line| line.width() <= 30));
    }
}
