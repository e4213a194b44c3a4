use std::io;
use std::ops::ControlFlow;

use insight::{Format, Limits, Progress, read_log};

use crate::support::{SMALL, gzip, read_from, refusal};

/// About 4 MiB of XES.
fn large() -> String {
    let event = "<event><string key=\"concept:name\" value=\"a\"/>\
        <date key=\"time:timestamp\" value=\"2024-03-01T09:00:00Z\"/></event>\n";
    format!("<log><trace>{}</trace></log>", event.repeat(36_000))
}

#[test]
fn progress_counts_bytes_of_the_file_and_events() {
    let text = large();
    for file in [text.clone().into_bytes(), gzip(&text)] {
        let mut told: Vec<Progress> = Vec::new();
        read_log(
            file.as_slice(),
            &Format::Auto,
            &Limits::default(),
            &mut |progress| {
                told.push(progress);
                ControlFlow::Continue(())
            },
        )
        .unwrap();
        assert!((2..=8).contains(&told.len()), "told {} times", told.len());
        assert!(told.is_sorted_by_key(|progress| (progress.bytes_read, progress.events)));
        assert!(
            told.iter()
                .all(|progress| progress.bytes_read <= file.len() as u64)
        );
        assert!(told.last().unwrap().events > 20_000);
    }
}

#[test]
fn a_reader_that_is_asked_to_stop_keeps_nothing() {
    let mut told = 0;
    let result = read_log(
        large().as_bytes(),
        &Format::Auto,
        &Limits::default(),
        &mut |_| {
            told += 1;
            ControlFlow::Break(())
        },
    );
    assert_eq!((refusal(result).0, told), ("insight.cancelled", 1));
}

/// A source that fails after what it has, as a network does.
struct Failing<'a>(&'a [u8]);

impl io::Read for Failing<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match io::Read::read(&mut self.0, buf)? {
            0 => Err(io::ErrorKind::ConnectionReset.into()),
            count => Ok(count),
        }
    }
}

#[test]
fn a_failing_source_is_not_taken_for_a_damaged_file() {
    let packed = gzip(SMALL);
    for file in [&SMALL.as_bytes()[..300], &packed[..packed.len() / 2], b""] {
        let result = read_from(Failing(file), &Format::Auto, &Limits::default());
        assert_eq!(refusal(result).0, "insight.io");
    }
}
