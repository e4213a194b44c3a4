use std::io::{self, Read, Write};
use std::ops::ControlFlow;

use flate2::Compression;
use flate2::write::GzEncoder;
use insight::{EventLog, Format, Limits, Mapping, ReadError, read_log};

pub(crate) fn xes(text: impl AsRef<[u8]>) -> Result<EventLog, ReadError> {
    read(text, &Format::Xes)
}

pub(crate) fn csv(text: &str) -> Result<EventLog, ReadError> {
    read(text, &Format::Csv(Mapping::default()))
}

pub(crate) fn read(text: impl AsRef<[u8]>, format: &Format) -> Result<EventLog, ReadError> {
    read_from(text.as_ref(), format, &Limits::default())
}

pub(crate) fn read_from(
    reader: impl Read,
    format: &Format,
    limits: &Limits,
) -> Result<EventLog, ReadError> {
    read_log(reader, format, limits, &mut |_| ControlFlow::Continue(()))
}

/// The error of a file that must not be read: its code, its line, and its whole message.
pub(crate) fn refusal(result: Result<EventLog, ReadError>) -> (&'static str, u64, String) {
    let error = result.expect_err("this file must be refused");
    (error.code(), error.line(), error.to_string())
}

pub(crate) fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

/// A log as text, one line an event: `case | activity | resource | microseconds`.
pub(crate) fn listed(log: &EventLog) -> Vec<String> {
    let mut lines = Vec::new();
    for case in log.cases() {
        let name = log.case_names().get(case.id);
        for ((&activity, &time), resource) in case
            .activities
            .iter()
            .zip(case.times_us)
            .zip(case.resources())
        {
            let activity = log.activity_names().get(activity.into());
            let resource = resource.map_or("-", |id| log.resource_names().get(id));
            lines.push(format!("{name} | {activity} | {resource} | {time}"));
        }
    }
    lines
}

/// Two traces with everything that XES has in it.
pub(crate) const SMALL: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event">
    <string key="concept:name" value="UNKNOWN"/>
    <date key="time:timestamp" value="1970-01-01T00:00:00Z"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
  <trace>
    <string key="concept:name" value="case 1"/>
    <event>
      <date key="time:timestamp" value="2024-03-01T09:00:00.000+01:00"/>
      <string key="concept:name" value="open"/>
      <string key="org:resource" value="agent-01"/>
    </event>
    <event>
      <string key="concept:name" value="close"/>
      <date key="time:timestamp" value="2024-03-01T09:30:00Z"/>
    </event>
  </trace>
  <trace>
    <event>
      <string key="concept:name" value="open"/>
      <date key="time:timestamp" value="2024-03-02T00:00:00Z"/>
    </event>
    <string key="concept:name" value="case 2"/>
  </trace>
</log>
"#;

pub(crate) const SMALL_LISTED: [&str; 3] = [
    "case 1 | open | agent-01 | 1709280000000000",
    "case 1 | close | - | 1709285400000000",
    "case 2 | open | - | 1709337600000000",
];

/// Gives so many bytes at a time.
pub(crate) struct Dripping<'a> {
    pub(crate) rest: &'a [u8],
    pub(crate) at_a_time: usize,
}

impl Read for Dripping<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.at_a_time.min(buf.len()).min(self.rest.len());
        let (now, later) = self.rest.split_at(count);
        buf[..count].copy_from_slice(now);
        self.rest = later;
        Ok(count)
    }
}
