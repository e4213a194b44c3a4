use kernel::words::{duration, percent};

use super::safe;
use super::sections::{heading, paragraph};
use super::style::Style;
use super::table::{Column, Table};
use crate::statistics::{Bottleneck, BottleneckKind, Statistics};

/// How many rows a ranking shows; the JSON output has all.
const RANKED: usize = 8;

pub(super) fn waiting(statistics: &Statistics, width: usize, style: Style) -> String {
    let ranked = of_kind(statistics, BottleneckKind::Waiting);
    let Some(worst) = ranked.first() else {
        return String::new();
    };
    let mut text = heading("Where work waits, by total time", style);
    let with_bar = width >= 100;
    let mut columns = vec![
        Column::right("#"),
        Column::step("between"),
        Column::right("cases"),
        Column::right("median"),
        Column::right("1 in 10 over"),
        Column::right("waiting"),
    ];
    columns.extend(with_bar.then(|| Column::left("")));
    let mut table = Table::new(columns);
    for (rank, bottleneck) in (1..).zip(ranked.iter().take(RANKED)) {
        let mut cells = vec![
            format!("{rank}"),
            step(bottleneck),
            percent(bottleneck.share_of_cases),
            duration(bottleneck.median_s),
            duration(bottleneck.p90_s),
            percent(bottleneck.share_of_kind),
        ];
        cells.extend(with_bar.then(|| bar(bottleneck.total_s / worst.total_s)));
        table.row(cells);
    }
    text.push_str(&table.render(width, style));
    text.push_str(&paragraph(&safe(&worst.sentence), width, |line| {
        style.strong(line)
    }));
    text
}

pub(super) fn timers(statistics: &Statistics, width: usize, style: Style) -> String {
    let ranked = of_kind(statistics, BottleneckKind::Timer);
    if ranked.is_empty() {
        return String::new();
    }
    let mut text = heading("Timers, ranked apart: nobody can work faster here", style);
    for bottleneck in ranked.into_iter().take(RANKED) {
        text.push_str(&paragraph(
            &safe(&bottleneck.sentence),
            width,
            str::to_owned,
        ));
    }
    text
}

fn of_kind(statistics: &Statistics, kind: BottleneckKind) -> Vec<&Bottleneck> {
    statistics
        .bottlenecks
        .iter()
        .filter(|bottleneck| bottleneck.kind == kind)
        .collect()
}

fn step(bottleneck: &Bottleneck) -> String {
    safe(&format!("{} → {}", bottleneck.from, bottleneck.to))
}

fn bar(part: f64) -> String {
    const WIDTH: u32 = 10;
    let eighths = (part.clamp(0.0, 1.0) * f64::from(WIDTH)).ceil();
    (0..WIDTH)
        .take_while(|&cell| f64::from(cell) < eighths)
        .map(|_| '▪')
        .collect()
}
