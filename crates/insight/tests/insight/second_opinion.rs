//! The scanner is our own, for speed. A reader on quick-xml, slow and written for nothing but to
//! be plain, must agree: whatever the scanner reads, quick-xml finds well-formed and reads the same.

use proptest::prelude::*;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::support::{SMALL, listed, xes};

/// What an event says for each of the keys.
type Found = [Option<String>; 3];

#[derive(Default)]
struct Plain {
    open: Vec<String>,
    has_root: bool,
    trace: Option<String>,
    events: Vec<Found>,
    /// Events of each named trace in the order of the file, and of unnamed ones.
    lines: Vec<(Option<String>, Vec<Found>)>,
}

const KEYS: [&str; 3] = ["concept:name", "org:resource", "time:timestamp"];

impl Plain {
    fn read(text: &str) -> Result<Vec<String>, String> {
        let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
        // Neither reader looks at text between elements.
        reader.config_mut().allow_dangling_amp = true;
        let mut plain = Self::default();
        loop {
            match reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(tag) => plain.start(&tag)?,
                Event::Empty(tag) => {
                    plain.start(&tag)?;
                    plain.end();
                }
                Event::End(_) => plain.end(),
                Event::Eof if plain.open.is_empty() && plain.has_root => break,
                Event::Eof => return Err("ends early".into()),
                Event::DocType(_) => return Err("document type".into()),
                _ => {}
            }
        }
        Ok(plain.listed())
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let name = text(tag.local_name().as_ref())?;
        if self.open.is_empty() && (self.has_root || name != "log") {
            return Err(format!("root {name}"));
        }
        self.has_root = true;
        let around = self.open.last().map_or("", String::as_str).to_owned();
        match (around.as_str(), name.as_str()) {
            ("log", "trace") => {
                self.trace = None;
                self.events.clear();
            }
            ("trace", "event") => self.events.push([None, None, None]),
            ("trace" | "event", _) => self.attribute(tag, &around)?,
            _ => {}
        }
        self.open.push(name);
        Ok(())
    }

    fn attribute(&mut self, tag: &BytesStart<'_>, around: &str) -> Result<(), String> {
        let (mut key, mut value) = (None, None);
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            match attribute.key.as_ref() {
                b"key" => key = Some(text(&attribute.value)?),
                b"value" => value = Some(attribute),
                _ => {}
            }
        }
        let (Some(key), Some(value)) = (key, value) else {
            return Ok(());
        };
        let Some(at) = KEYS.iter().position(|known| *known == key) else {
            return Ok(());
        };
        let value = value
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| error.to_string())?
            .into_owned();
        match (around, at, self.events.last_mut()) {
            ("trace", 0, _) if !value.trim().is_empty() => self.trace = Some(value),
            ("event", _, Some(event)) => event[at] = Some(value),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self) {
        if self.open.pop().as_deref() == Some("trace") {
            let events = std::mem::take(&mut self.events);
            let name = self.trace.take();
            let known = self
                .lines
                .iter_mut()
                .find(|(known, _)| name.is_some() && *known == name);
            match known {
                Some((_, before)) => before.extend(events),
                None => self.lines.push((name, events)),
            }
        }
    }

    fn listed(self) -> Vec<String> {
        let lines = self.lines.into_iter().flat_map(|(name, events)| {
            let name = name.unwrap_or_else(|| "unnamed".into());
            events.into_iter().map(move |[activity, resource, time]| {
                let [activity, time] = [activity, time].map(Option::unwrap_or_default);
                let resource = resource
                    .filter(|r| !r.is_empty())
                    .unwrap_or_else(|| "-".into());
                format!("{name} | {activity} | {resource} | {}", micros(&time))
            })
        });
        lines.collect()
    }
}

fn text(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())
}

/// Microseconds, or the text where the time crate is stricter than xs:dateTime's usual deviations.
fn micros(time: &str) -> String {
    let parsed = OffsetDateTime::parse(time.trim(), &Rfc3339);
    parsed.map_or_else(
        |_| "?".into(),
        |time| (time.unix_timestamp_nanos() / 1000).to_string(),
    )
}

/// Compares a file that the scanner read with what quick-xml makes of it.
fn agrees(text: &str) {
    let Ok(log) = xes(text) else { return };
    let plain = Plain::read(text);
    let plain = plain.unwrap_or_else(|error| panic!("quick-xml refuses it: {error}\n{text}"));
    let ours = listed(&log);
    assert_eq!(ours.len(), plain.len(), "{text}");
    for (ours, plain) in ours.iter().zip(&plain) {
        let same = match plain.strip_suffix('?') {
            Some(known) => ours.starts_with(known) || ours.contains("unnamed"),
            None => ours == plain || ours.contains("unnamed"),
        };
        assert!(same, "{ours}\n{plain}\n{text}");
    }
}

#[test]
fn both_read_the_small_log_alike() {
    assert_eq!(Plain::read(SMALL).unwrap(), listed(&xes(SMALL).unwrap()));
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a",
        "b &amp; c",
        "d&#233;",
        "e\tf",
        "受付",
        "&quot;g&quot;",
        "'h'",
        "i&gt;j",
    ])
    .prop_map(str::to_owned)
}

fn attribute(key: &'static str, value: String, style: u8) -> String {
    let tag = if key == "time:timestamp" {
        "date"
    } else {
        "string"
    };
    match style % 5 {
        0 => format!("<{tag} key=\"{key}\" value=\"{value}\"/>"),
        1 => format!("\n\t<{tag} key=\"{key}\" value=\"{value}\" />"),
        2 => format!("<{tag} value=\"{value}\"\n key = '{key}' ></{tag}>"),
        3 => format!(
            "<x:{tag} key='{key}' other=\"1\" value=\"{value}\"><int key='n' value='1'/></x:{tag}>"
        ),
        _ => format!("<!-- - -->text<{tag} key=\"{key}\" value=\"{value}\"><![CDATA[<]]></{tag}>"),
    }
}

prop_compose! {
    fn event()(
        activity in name(),
        resource in prop::option::of(name()),
        day in 1..29_u8,
        fraction in prop::option::of(0..1_000_u32),
        offset in prop::sample::select(vec!["Z", "+00:00", "+02:00", "-11:30"]),
        styles in any::<[u8; 3]>(),
        time_first in any::<bool>(),
    ) -> String {
        let fraction = fraction.map_or(String::new(), |ms| format!(".{ms:03}"));
        let time = format!("2024-02-{day:02}T10:00:00{fraction}{offset}");
        let activity = attribute("concept:name", activity, styles[0]);
        let time = attribute("time:timestamp", time, styles[1]);
        let resource = resource.map_or(String::new(), |r| attribute("org:resource", r, styles[2]));
        let (first, second) = if time_first { (time, activity) } else { (activity, time) };
        format!("<event>{first}{resource}{second}</event>")
    }
}

prop_compose! {
    fn document()(
        traces in prop::collection::vec(
            (prop::option::of(name()), prop::collection::vec(event(), 1..4), any::<bool>()), 1..5)
    ) -> String {
        let traces = traces.into_iter().map(|(name, events, name_first)| {
            let name = name.map_or(String::new(), |name| attribute("concept:name", name, 0));
            let events = events.concat();
            if name_first {
                format!("<trace>{name}{events}</trace>\n")
            } else {
                format!("<trace>{events}{name}</trace>\n")
            }
        });
        format!("<?xml version=\"1.0\"?>\n<log>{}</log>", traces.collect::<String>())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_well_formed_log_is_read_and_read_alike(text in document()) {
        prop_assert!(xes(&text).is_ok(), "{:?}\n{text}", xes(&text).err());
        agrees(&text);
    }

    #[test]
    fn a_damaged_log_that_is_still_read_is_read_alike(
        text in document(),
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(), 0..3_u8, prop::sample::select("<>/\"'&;=! \nax:".chars().collect::<Vec<_>>())),
            1..5),
    ) {
        let mut characters: Vec<char> = text.chars().collect();
        for (place, how, character) in changes {
            let at = place.index(characters.len());
            match how {
                0 => characters[at] = character,
                1 => characters.insert(at, character),
                _ => drop(characters.remove(at)),
            }
        }
        agrees(&characters.into_iter().collect::<String>());
    }
}
