//! Files made to hurt: each must end in an error that names its line, within bounded time and
//! memory, and none may panic or give half a log.

use std::cell::Cell;
use std::io::{self, Read};

use insight::{Format, Limits, Mapping};
use proptest::prelude::*;

use crate::support::{Dripping, SMALL, SMALL_LISTED, gzip, listed, read, read_from, refusal, xes};

const CSV: &str = "case,activity,time,who\n1,open,2024-03-01T08:00:00Z,\"agent, 1\"\n\
    2,open,2024-03-01T08:00:00Z,agent-2\n1,close,2024-03-02T08:00:00Z,\"a \"\"b\"\"\"\n";

/// Gives a start, then the same bytes over and over, then an end; counts what was taken.
struct Endless<'a> {
    start: &'a [u8],
    again: &'a [u8],
    times: usize,
    taken: &'a Cell<usize>,
}

impl Read for Endless<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.start.is_empty() && self.times > 0 {
            self.start = self.again;
            self.times -= 1;
        }
        let count = self.start.len().min(buf.len());
        buf[..count].copy_from_slice(&self.start[..count]);
        self.start = &self.start[count..];
        self.taken.set(self.taken.get() + count);
        Ok(count)
    }
}

/// The most memory this process ever held, in KiB, where the system tells.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn endless(start: &str, again: &str, times: usize) -> (&'static str, usize) {
    let taken = Cell::new(0);
    let source = Endless {
        start: start.as_bytes(),
        again: again.as_bytes(),
        times,
        taken: &taken,
    };
    let (code, _, _) = refusal(read_from(source, &Format::Auto, &Limits::default()));
    (code, taken.get())
}

#[test]
fn a_log_cut_anywhere_is_never_read_in_part() {
    let whole = SMALL.trim_end().len();
    for length in 0..SMALL.len() {
        match xes(&SMALL.as_bytes()[..length]) {
            Ok(log) => {
                assert!(length >= whole, "cut at {length}");
                assert_eq!(listed(&log), SMALL_LISTED);
            }
            Err(error) => {
                assert!(length < whole, "whole but refused: {error}");
                assert!(
                    ["insight.truncated", "insight.empty"].contains(&error.code()),
                    "{length}: {error}"
                );
            }
        }
    }
}

#[test]
fn a_gzipped_file_cut_anywhere_is_never_read_in_part() {
    for packed in [gzip(SMALL), gzip(CSV)] {
        for length in 1..packed.len() {
            let (code, _, message) = refusal(read(&packed[..length], &Format::Auto));
            assert!(
                code == "insight.truncated" || length < 3,
                "{length}: {message}"
            );
        }
    }
}

#[test]
fn a_gzipped_file_with_any_bit_flipped_is_refused_or_whole() {
    let packed = gzip(SMALL);
    let mut harmless = 0;
    for at in 0..packed.len() {
        for bit in 0..8 {
            let mut damaged = packed.clone();
            damaged[at] ^= 1 << bit;
            // Some bits mean nothing: the header's time and system, the rest of the last byte.
            if let Ok(log) = read(&damaged, &Format::Auto) {
                assert_eq!(listed(&log), SMALL_LISTED, "byte {at} bit {bit}");
                harmless += 1;
            }
        }
    }
    assert!(harmless < 64, "{harmless} flipped bits went unnoticed");
    let mut longer = gzip(SMALL);
    longer.extend_from_slice(b"rubbish after the end");
    assert_eq!(refusal(xes(longer)).0, "insight.gzip_damaged");
}

#[test]
fn a_table_cut_anywhere_is_refused_or_ends_with_a_whole_row() {
    let whole = listed(&read(CSV, &Format::Csv(Mapping::default())).unwrap());
    for length in 0..CSV.len() {
        if let Ok(log) = read(&CSV.as_bytes()[..length], &Format::Csv(Mapping::default())) {
            let events = log.event_count();
            // A cell at the very end can be cut and still be a cell: then the note says so.
            let kept = listed(&log)
                .iter()
                .filter(|line| whole.contains(line))
                .count();
            assert!(
                kept == events || (kept + 1 == events && log.notes().no_final_line_end),
                "{length}"
            );
        }
    }
}

#[test]
fn a_source_that_gives_a_byte_at_a_time_gives_the_same_log() {
    for at_a_time in [1, 2, 3, 7] {
        let source = Dripping {
            rest: SMALL.as_bytes(),
            at_a_time,
        };
        let log = read_from(source, &Format::Auto, &Limits::default()).unwrap();
        assert_eq!(listed(&log), SMALL_LISTED);
        let packed = gzip(SMALL);
        let source = Dripping {
            rest: &packed,
            at_a_time,
        };
        assert!(read_from(source, &Format::Auto, &Limits::default()).is_ok());
    }
}

#[test]
fn an_item_that_lies_across_the_edge_of_the_window_is_read_the_same() {
    for shift in 0..600 {
        let padding = "x".repeat((128 << 10) - 700 + shift);
        let text = SMALL.replacen("<!-- made by hand -->", &format!("<!--{padding}-->"), 1);
        assert_eq!(listed(&xes(text).unwrap()), SMALL_LISTED, "{shift}");
    }
}

#[test]
fn entity_bombs_are_refused_at_their_declaration() {
    let laughs = "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [\n<!ENTITY lol \"lol\">\n\
        <!ENTITY lol1 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">\n]>\n<log>&lol1;</log>";
    let (code, line, _) = refusal(xes(laughs));
    assert_eq!((code, line), ("insight.doctype_refused", 2));
    for text in [
        "<!DOCTYPE log SYSTEM \"file:///etc/passwd\"><log/>",
        "<log><!ENTITY a \"b\"></log>",
        "<log><!DOCTYPE x></log>",
    ] {
        assert_eq!(refusal(xes(text)).0, "insight.doctype_refused", "{text}");
    }
    let used = SMALL.replace("\"open\"", "\"&lol;\"");
    let (code, line, message) = refusal(xes(used));
    assert_eq!((code, line), ("insight.unknown_entity", 14), "{message}");
}

#[test]
fn a_gzip_bomb_stops_at_the_limit() {
    let limits = Limits {
        max_bytes: 32 << 20,
        ..Limits::default()
    };
    let before = peak_kib();
    for filling in ["<!--", "<log>", "<log><!--", "<log><![CDATA["] {
        let taken = Cell::new(0);
        let mut text = Vec::new();
        let plain = Endless {
            start: filling.as_bytes(),
            again: &[b' '; 4096],
            times: 16 << 10,
            taken: &taken,
        };
        flate2::read::GzEncoder::new(plain, flate2::Compression::fast())
            .read_to_end(&mut text)
            .unwrap();
        assert!(text.len() < 1 << 20, "64 MiB in {} bytes", text.len());
        let (code, _, message) = refusal(read_from(text.as_slice(), &Format::Auto, &limits));
        assert_eq!(code, "insight.too_much", "{message}");
        assert!(
            message.contains("33554432 bytes when unpacked"),
            "{message}"
        );
    }
    if let (Some(before), Some(after)) = (before, peak_kib()) {
        assert!(after - before < 16 << 10, "grew by {} KiB", after - before);
    }
}

#[test]
fn an_item_of_a_hundred_megabytes_is_refused_after_one() {
    let (megabytes, a) = (100, "a".repeat(1 << 20));
    let before = peak_kib();
    for start in [
        "<log><trace><string key=\"concept:name\" value=\"",
        "<log><trace><string key=\"",
        "<log><trace><",
        "<log><trace ",
        "case,activity,time\n1,a,2024-01-01\n1,",
        "case,activity,time\n1,a,2024-01-01\n1,\"",
        "case,",
    ] {
        let (code, taken) = endless(start, &a, megabytes);
        assert_eq!(code, "insight.too_much", "{start}");
        assert!(taken < 3 << 20, "took {taken} bytes for {start}");
    }
    let (code, taken) = endless("", &" ".repeat(1 << 20), megabytes);
    assert_eq!((code, taken < 3 << 20), ("insight.too_much", true));
    if let (Some(before), Some(after)) = (before, peak_kib()) {
        assert!(after - before < 16 << 10, "grew by {} KiB", after - before);
    }
}

#[test]
fn deep_nesting_and_endless_columns_are_refused_at_once() {
    let (code, taken) = endless("<log>", "<a>", 50_000_000);
    assert_eq!(code, "insight.too_much");
    assert!(taken < 1 << 20, "{taken}");
    let (code, taken) = endless("case", ",", 50_000_000);
    assert_eq!(code, "insight.too_much");
    assert!(taken < 1 << 20, "{taken}");
}

#[test]
fn more_than_the_limits_allow_is_refused_and_says_which() {
    let event = |n: usize| format!("{n},act {n},2024-03-01T08:00:00Z,who {n}\n");
    let text: String = (0..20).map(event).collect();
    let text = format!("case,activity,time,resource\n{text}");
    let few = Limits::default;
    for (limits, unit) in [
        (
            Limits {
                max_events: 10,
                ..few()
            },
            "10 events",
        ),
        (
            Limits {
                max_cases: 10,
                ..few()
            },
            "10 distinct cases",
        ),
        (
            Limits {
                max_activities: 10,
                ..few()
            },
            "10 distinct activities",
        ),
        (
            Limits {
                max_resources: 10,
                ..few()
            },
            "10 distinct resources",
        ),
        (
            Limits {
                max_name_bytes: 5,
                ..few()
            },
            "5 bytes in one name",
        ),
        (
            Limits {
                max_columns: 3,
                ..few()
            },
            "3 columns",
        ),
        (
            Limits {
                max_bytes: 99,
                ..few()
            },
            "99 bytes when unpacked",
        ),
    ] {
        let (code, _, message) = refusal(read_from(text.as_bytes(), &Format::Auto, &limits));
        assert_eq!(code, "insight.too_much");
        assert!(message.contains(unit), "{message}");
    }
}

#[test]
fn an_excerpt_in_a_message_is_short_and_obeys_no_terminal() {
    let text = format!(
        "case,activity,time\n1,a,\"\u{9b}31m{}\"\n",
        "long ".repeat(500)
    );
    let (code, _, message) = refusal(read(text, &Format::Auto));
    assert_eq!(code, "insight.bad_date");
    assert!(
        message.len() < 400 && !message.contains('\u{9b}'),
        "{message}"
    );
}

/// Reads in every way and only asks that it ends.
fn survives(text: &[u8]) {
    for format in [Format::Auto, Format::Xes, Format::Csv(Mapping::default())] {
        match read(text, &format) {
            Ok(log) => {
                assert!(log.event_count() > 0);
                let statistics = insight::statistics(&log);
                assert_eq!(statistics.events, log.event_count() as u64);
                insight::report::text(&statistics, 80, true);
                insight::process_map(&statistics, 0.3);
            }
            Err(error) => assert!(error.line() >= 1 && error.code().starts_with("insight.")),
        }
    }
}

fn mutated(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let interesting = prop::sample::select(b"<>/\"'&;=![]-? \n\t\r,\0\x80\xFF0aZ".to_vec());
    let change = (any::<prop::sample::Index>(), 0..4_u8, interesting);
    prop::collection::vec(change, 1..8).prop_map(move |changes| {
        let mut bytes = text.as_bytes().to_vec();
        for (place, how, byte) in changes {
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                _ => bytes[at] ^= byte,
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_logs_never_panic(text in mutated(SMALL)) {
        survives(&text);
    }

    #[test]
    fn damaged_tables_never_panic(text in mutated(CSV)) {
        survives(&text);
    }

    #[test]
    fn arbitrary_bytes_never_panic(text in prop::collection::vec(any::<u8>(), 0..300)) {
        survives(&text);
        survives(&gzip(&text));
    }

    #[test]
    fn markup_soup_never_panics(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<log>", "</log>", "<trace>", "</trace>", "<event>", "</event>", "<event/>", "<", ">",
            "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "<?xml version='1.0'?>", "&", "&amp;",
            "<string key=\"concept:name\" value=\"a\"/>", "<string key='concept:name'>",
            "<date key=\"time:timestamp\" value=\"2024-03-01T09:00:00Z\"/>", "</string>", "\"", " ",
        ]), 0..40)
    ) {
        survives(pieces.concat().as_bytes());
    }

    #[test]
    fn tables_of_odd_cells_never_panic(
        cells in prop::collection::vec(prop::sample::select(vec![
            "1", "a", "\"", "\"\"", ",", "\n", "\r\n", ";", "2024-03-01", "13/02/2024", "02/13/2024",
            "1/2/2024", "1709283600", "99:99", "9999999999999999999", "Mar 1, 2024", "\u{e4}", " ",
        ]), 0..60)
    ) {
        survives(format!("case,activity,time\n{}", cells.concat()).as_bytes());
    }
}
