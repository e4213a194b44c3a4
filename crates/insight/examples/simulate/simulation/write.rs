use std::fmt::Write;

use super::Happened;
use super::calendar::DAY;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- SIMULATED: no ticket, agent or requester in this file is or was real. Made by the example
     "simulate" of the crate insight. -->
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <classifier name="Activity" keys="concept:name"/>
  <string key="concept:name" value="Simulated help desk"/>
  <boolean key="simulated" value="true"/>
"#;

/// The log as XES.
pub(crate) fn xes(log: &[Happened]) -> String {
    let mut text = HEAD.to_owned();
    for case in log.chunk_by(|a, b| a.case == b.case) {
        let number = case.first().map_or(0, |event| event.case);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  <trace>\n    <string key=\"concept:name\" value=\"HD-{number:04}\"/>"
        );
        for event in case {
            text.push_str("    <event>\n");
            let _ = writeln!(
                text,
                "      <string key=\"concept:name\" value=\"{}\"/>",
                event.activity
            );
            if let Some(agent) = event.agent {
                let _ = writeln!(
                    text,
                    "      <string key=\"org:resource\" value=\"agent-{agent:02}\"/>"
                );
            }
            let time = rfc3339(event.time_s);
            let _ = writeln!(
                text,
                "      <date key=\"time:timestamp\" value=\"{time}\"/>"
            );
            text.push_str("    </event>\n");
        }
        text.push_str("  </trace>\n");
    }
    text.push_str("</log>\n");
    text
}

/// A moment of the year 2025 in UTC.
fn rfc3339(time_s: i64) -> String {
    const MONTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    /// 2025-01-01.
    const NEW_YEAR: i64 = 20_089 * DAY;
    let mut day = (time_s - NEW_YEAR).div_euclid(DAY);
    let mut month = 0;
    while let Some(&length) = MONTHS.get(month).filter(|&&length| day >= length) {
        day -= length;
        month += 1;
    }
    let second = time_s.rem_euclid(DAY);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!(
        "2025-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z",
        month + 1,
        day + 1
    )
}
