use kernel::words::{count, duration, percent, rounded};

use super::safe;
use super::sparkline::sparkline;
use super::style::Style;
use super::table::{Column, Table, shortened};
use crate::statistics::{Statistics, Week, to_f64};

/// How many ways are shown; the JSON output has more.
const PATHS: usize = 6;

pub(super) fn headline(statistics: &Statistics, style: Style) -> String {
    let sizes = [
        (statistics.activities, "activity", "activities"),
        (statistics.variants, "variant", "variants"),
        (statistics.resources, "resource", "resources"),
    ];
    let sizes: Vec<_> = sizes
        .into_iter()
        .map(|(n, one, many)| number(n, one, many))
        .collect();
    let events = number(statistics.events, "event", "events");
    let cases = number(statistics.cases, "case", "cases");
    let mut text = format!(
        "{}  {}\n",
        style.bold(&format!("{cases}, {events}")),
        sizes.join(" · ")
    );
    if let (Some(first), Some(last)) = (&statistics.first_event, &statistics.last_event) {
        let span = duration(statistics.little.span_s);
        text.push_str(&style.dim(&format!(
            "{} to {} UTC, {span}",
            minute(first),
            minute(last)
        )));
        text.push('\n');
    }
    text
}

pub(super) fn durations(statistics: &Statistics, width: usize, style: Style) -> String {
    let d = &statistics.case_duration_s;
    if d.n == 0 {
        return String::new();
    }
    let all = [
        ("min", d.min),
        ("p10", d.p10),
        ("p25", d.p25),
        ("median", d.p50),
        ("p75", d.p75),
        ("p90", d.p90),
        ("p95", d.p95),
        ("max", d.max),
        ("mean", d.mean),
    ];
    let table_of = |names: &[&str]| {
        let shown: Vec<_> = all
            .iter()
            .filter(|(name, _)| names.contains(name))
            .collect();
        let mut table = Table::new(shown.iter().map(|(name, _)| Column::right(name)).collect());
        table.row(
            shown
                .iter()
                .map(|(_, seconds)| duration(*seconds))
                .collect(),
        );
        table
    };
    // As many as the terminal has room for.
    let choices: [&[&str]; 3] = [
        &[
            "min", "p10", "p25", "median", "p75", "p90", "p95", "max", "mean",
        ],
        &["p10", "p25", "median", "p75", "p90", "mean"],
        &["p10", "median", "p90", "mean"],
    ];
    let tables = choices.map(table_of);
    let table = tables
        .iter()
        .find(|table| table.fits(width))
        .unwrap_or(&tables[2]);
    heading("How long a case takes", style) + &table.render(width, style)
}

type OfWeek = fn(&Week) -> u64;

pub(super) fn flow(statistics: &Statistics, width: usize, style: Style) -> String {
    let weeks = &statistics.weeks;
    if weeks.len() < 2 {
        return String::new();
    }
    let mut text = heading("Week by week", style);
    let series: [(&str, OfWeek); 3] = [
        ("arrivals", |week| week.arrivals),
        ("completions", |week| week.completions),
        ("open cases", |week| week.wip_at_week_start),
    ];
    let peaks = series.map(|(_, of)| {
        let highest = weeks.iter().max_by_key(|week| of(week));
        highest.map_or(String::new(), |w| {
            format!("at most {} (week of {})", count(of(w)), w.week)
        })
    });
    let beside = peaks
        .iter()
        .map(|peak| peak.chars().count())
        .max()
        .unwrap_or(0);
    for ((name, of), peak) in series.into_iter().zip(&peaks) {
        let values: Vec<u64> = weeks.iter().map(of).collect();
        let curve = sparkline(&values, width.saturating_sub(17 + beside));
        let (curve, peak) = (style.curve(&curve), style.dim(peak));
        text.extend([format!("  {name:<11}  {curve}  {peak}\n")]);
    }
    let mean = to_f64(statistics.cases) / to_f64(weeks.len());
    text.push_str(&style.dim(&format!(
        "  {} weeks, about {} arrivals each; {} cases open on average (Little's law)",
        count(weeks.len() as u64),
        rounded(mean),
        rounded(statistics.little.l_mean_wip),
    )));
    text.push('\n');
    text
}

pub(super) fn paths(statistics: &Statistics, width: usize, style: Style) -> String {
    let top = statistics
        .top_variants
        .get(..PATHS)
        .unwrap_or(&statistics.top_variants);
    if top.is_empty() {
        return String::new();
    }
    let mut text = heading("The usual ways through", style);
    let mut table = Table::new(vec![
        Column::right("cases"),
        Column::right(""),
        Column::right("median"),
        Column::flexible("way"),
    ]);
    for variant in top {
        table.row(vec![
            count(variant.count),
            percent(variant.share),
            duration(variant.median_duration_s),
            safe(&variant.activities.join(" → ")),
        ]);
    }
    text.push_str(&table.render(width, style));
    let others = statistics.variants - top.len() as u64;
    if others > 0 {
        let shown: u64 = top.iter().map(|variant| variant.count).sum();
        text.push_str(&style.dim(&format!(
            "  {} more for the other {}",
            number(others, "way", "ways"),
            number(statistics.cases - shown, "case", "cases"),
        )));
        text.push('\n');
    }
    text
}

pub(super) fn rework(statistics: &Statistics, width: usize, style: Style) -> String {
    let rework = &statistics.rework;
    if rework.cases_with_repeat == 0 {
        return String::new();
    }
    let steps = rework.top.iter().take(4).map(|step| {
        format!(
            "{} ({})",
            safe(&step.activity),
            number(step.cases, "case", "cases")
        )
    });
    let sentence = format!(
        "{} of cases ({}) do some step again: {}.",
        percent(rework.share),
        count(rework.cases_with_repeat),
        steps.collect::<Vec<_>>().join(", "),
    );
    heading("Rework", style) + &paragraph(&sentence, width, str::to_owned)
}

pub(super) fn notes(statistics: &Statistics, width: usize, style: Style) -> String {
    if statistics.notes.is_empty() {
        return String::new();
    }
    let mut text = heading("Worth knowing", style);
    for note in &statistics.notes {
        text.push_str(&paragraph(&safe(note), width, |line| style.dim(line)));
    }
    text
}

pub(super) fn heading(title: &str, style: Style) -> String {
    style.bold(title) + "\n"
}

fn number(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// `2010-01-13 08:40` of an RFC 3339 text.
fn minute(rfc3339: &str) -> String {
    rfc3339.get(..16).unwrap_or(rfc3339).replace('T', " ")
}

/// Wrapped at words and indented, each line dressed by itself so that none leaks its colour.
pub(super) fn paragraph(text: &str, width: usize, dress: impl Fn(&str) -> String) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width - 4 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(shortened(word, width - 4)),
        }
    }
    let lines = lines
        .iter()
        .zip(0..)
        .map(|(line, at)| format!("  {}{}\n", if at == 0 { "" } else { "  " }, dress(line)));
    lines.collect()
}
