use insight::{Format, statistics};

use crate::support::{SMALL, SMALL_LISTED, gzip, listed, read, refusal, xes};

/// A log around one event's attributes.
fn event(attributes: &str) -> String {
    format!(
        "<log>\n<trace>\n<string key='concept:name' value='c'/>\n<event>\n{attributes}\n</event>\n\
         </trace>\n</log>\n"
    )
}

const NAME: &str = "<string key='concept:name' value='a'/>";
const TIME: &str = "<date key='time:timestamp' value='2024-03-01T09:00:00Z'/>";

fn one(attributes: &str) -> String {
    listed(&xes(event(attributes)).unwrap()).join("\n")
}

#[test]
fn a_log_is_read_whole_with_globals_and_classifiers_aside() {
    let log = xes(SMALL).unwrap();
    assert_eq!(listed(&log), SMALL_LISTED);
    assert_eq!(
        log.activity_names().iter().collect::<Vec<_>>(),
        ["open", "close"]
    );
}

#[test]
fn gzip_is_recognised_whatever_the_format_says() {
    for format in [Format::Xes, Format::Auto] {
        assert_eq!(listed(&read(gzip(SMALL), &format).unwrap()), SMALL_LISTED);
    }
    let (start, end) = SMALL.split_at(500);
    let members = [gzip(start), gzip(end)].concat();
    assert_eq!(
        listed(&xes(members).unwrap()),
        SMALL_LISTED,
        "several members are one file"
    );
}

#[test]
fn every_spelling_of_the_same_xml_reads_the_same() {
    for text in [
        SMALL.replace('"', "'"),
        SMALL.replace('\n', "\r\n"),
        SMALL.replace('\n', ""),
        format!("\u{feff}{SMALL}"),
        SMALL.replace("/>", " />"),
        SMALL.replace(" value=", "\n\tvalue = "),
        SMALL.replace(
            "<event>",
            "<event id=\"7\"><!-- <event> --><?pi </event>?><![CDATA[</event>]]>",
        ),
        SMALL.replace("<trace>", "<trace\n>text between elements means nothing"),
        SMALL.replace("</event>", "</event\n>"),
        SMALL
            .replace("<string ", "<xes:string ")
            .replace("<trace>", "<xes:trace>")
            .replace("</trace>", "</xes:trace>"),
        SMALL.replace("open", "&#111;pe&#x6e;"),
        SMALL.replace(
            "<string key=\"concept:name\" value=\"open\"/>",
            "<string value=\"open\" key=\"concept:name\"></string>",
        ),
        SMALL.replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", ""),
        SMALL.replace("UTF-8", "ISO-8859-1"),
    ] {
        assert_eq!(listed(&xes(&text).unwrap()), SMALL_LISTED, "{text}");
    }
}

#[test]
fn only_direct_attributes_of_an_event_are_its_own() {
    let nested = format!(
        "<string key='concept:name' value='a'><string key='concept:name' value='inner'/>\
         <date key='time:timestamp' value='not a date'/></string>\
         <list key='l'><values><string key='org:resource' value='inner'/></values></list>{TIME}"
    );
    assert_eq!(one(&nested), "c | a | - | 1709283600000000");
}

#[test]
fn entities_white_space_and_any_script_are_read_in_names() {
    let name = "<string key='concept:name' value='A &amp; B &lt;ü&gt; 受付\n&quot;&apos;'/>";
    assert_eq!(
        one(&format!("{name}{TIME}")),
        "c | A & B <ü> 受付 \"' | - | 1709283600000000"
    );
}

#[test]
fn times_without_an_offset_are_utc_and_noted() {
    let log = xes(event(&format!(
        "{NAME}<date key='time:timestamp' value='2024-03-01T09:00:00'/>"
    )));
    let log = log.unwrap();
    assert_eq!(listed(&log), ["c | a | - | 1709283600000000"]);
    assert_eq!(log.notes().times_without_offset, 1);
    assert!(log.notes().sentences()[0].contains("read as UTC"));
}

#[test]
fn traces_of_one_name_are_one_case_and_unnamed_ones_are_not() {
    let trace = |name: &str, activity: &str| {
        format!(
            "<trace>{name}<event><string key='concept:name' value='{activity}'/>{TIME}</event></trace>"
        )
    };
    let named = "<string key='concept:name' value='same'/>";
    let text = [
        trace(named, "a"),
        trace("", "b"),
        trace(named, "c"),
        trace("", "d"),
        "<trace/>".into(),
    ];
    let log = xes(format!("<log>{}</log>", text.concat())).unwrap();
    assert_eq!(log.case_count(), 3);
    assert!(
        listed(&log)[..2]
            .iter()
            .all(|line| line.starts_with("same | "))
    );
    let notes = log.notes();
    assert_eq!(
        (
            notes.continued_cases,
            notes.unnamed_cases,
            notes.empty_cases
        ),
        (1, 2, 1)
    );
    assert_eq!(statistics(&log).edges.len(), 1);
}

#[test]
fn lifecycle_transitions_are_events_and_noted() {
    let two = format!(
        "{NAME}{TIME}<string key='lifecycle:transition' value='start'/></event><event>\
         {NAME}{TIME}<string key='lifecycle:transition' value='complete'/>"
    );
    let log = xes(event(&two)).unwrap();
    assert_eq!(
        (log.event_count(), log.notes().lifecycle_transitions),
        (2, 2)
    );
}

#[test]
fn an_event_must_say_what_and_when_and_belong_to_a_case() {
    for (text, code, line) in [
        (event(NAME), "insight.no_timestamp", 6),
        (event(TIME), "insight.no_activity", 6),
        (
            event(&format!("{TIME}\n<string key='concept:name' value=' '/>")),
            "insight.no_activity",
            6,
        ),
        (
            event(&format!("{NAME}\n<date key='time:timestamp' value=''/>")),
            "insight.no_timestamp",
            6,
        ),
        (
            "<log>\n<trace>\n<event/></trace></log>".into(),
            "insight.no_activity",
            3,
        ),
        (
            format!("<log>\n<event>{NAME}{TIME}</event></log>"),
            "insight.no_case",
            2,
        ),
        (
            event(&format!("{NAME}{TIME}\n{NAME}")),
            "insight.duplicate_key",
            6,
        ),
        (
            event(&format!("{NAME}{TIME}\n\n{TIME}")),
            "insight.duplicate_key",
            7,
        ),
        ("<log>\n</log>\n".into(), "insight.no_events", 2),
        (
            "<log><trace><string key='concept:name' value='c'/></trace></log>".into(),
            "insight.no_events",
            1,
        ),
    ] {
        let (found, at, message) = refusal(xes(&text));
        assert_eq!((found, at), (code, line), "{message}\n{text}");
    }
}

#[test]
fn dates_that_do_not_parse_or_lie_out_of_range_name_their_line_and_text() {
    for (date, code) in [
        ("yesterday", "insight.bad_date"),
        ("01/02/2024", "insight.bad_date"),
        ("2024-02-30T00:00:00Z", "insight.bad_date"),
        ("2024-03-01T09:00:00+99:00", "insight.bad_date"),
        ("0001-01-01T00:00:00Z", "insight.date_out_of_range"),
        ("1899-12-30T00:00:00Z", "insight.date_out_of_range"),
        ("2200-01-01T00:00:00Z", "insight.date_out_of_range"),
        ("-0044-03-15T12:00:00Z", "insight.date_out_of_range"),
        ("12024-03-15T12:00:00Z", "insight.date_out_of_range"),
    ] {
        let text = event(&format!(
            "{NAME}\n\n<date key='time:timestamp' value='{date}'/>"
        ));
        let (found, line, message) = refusal(xes(text));
        assert_eq!((found, line), (code, 7), "{message}");
        assert!(
            message.contains(date) && message.contains("time:timestamp"),
            "{message}"
        );
    }
}

#[test]
fn what_is_not_well_formed_names_its_line() {
    for (text, code, line) in [
        ("<log>\n<trace>\n</event></log>", "insight.malformed", 3),
        ("<log>\n</logs>", "insight.malformed", 2),
        ("<log>\n<trace a=b/></log>", "insight.malformed", 2),
        (
            "<log>\n<string key='a' key='b'/></log>",
            "insight.malformed",
            2,
        ),
        (
            "<log>\n<string key='a'value='b'/></log>",
            "insight.malformed",
            2,
        ),
        ("<log>\n<string key='<'/></log>", "insight.malformed", 2),
        ("<log>\n< trace/></log>", "insight.malformed", 2),
        ("<log/>\n<log/>", "insight.malformed", 2),
        ("<log/>\nand more", "insight.malformed", 2),
        ("<log/>\n<![CDATA[x]]>", "insight.malformed", 2),
        ("<log><trace><trace/></trace></log>", "insight.malformed", 1),
        ("<log></log a='b'>", "insight.malformed", 1),
        ("<log><trace/ ></log>", "insight.malformed", 1),
        ("</log>", "insight.malformed", 1),
        ("<ex:log></log>", "insight.malformed", 1),
    ] {
        let (found, at, message) = refusal(xes(text));
        assert_eq!((found, at), (code, line), "{message}\n{text}");
    }
    let bad = event("<string key='concept:name' value='AT&T'/>");
    assert_eq!(refusal(xes(bad)).0, "insight.malformed");
}

#[test]
fn what_is_no_xes_says_what_it_is_instead() {
    let page = "<!-- hello -->\n<html><body/></html>";
    let (code, line, message) = refusal(xes(page));
    assert_eq!((code, line), ("insight.not_xes", 2));
    assert!(message.contains("<html>"), "{message}");
    for (text, code) in [
        ("case,activity,time\n", "insight.not_xml"),
        ("{\"log\": []}", "insight.not_xml"),
        ("", "insight.empty"),
        (" \n\t\n", "insight.empty"),
    ] {
        assert_eq!(refusal(xes(text)).0, code, "{text}");
    }
    for (bytes, what) in [
        (&b"PK\x03\x04rest of it"[..], "zip"),
        (b"\x28\xB5\x2F\xFDrest of it", "Zstandard"),
        (b"BZh91AY&SY", "bzip2"),
    ] {
        let (code, _, message) = refusal(read(bytes, &Format::Auto));
        assert_eq!(code, "insight.packed");
        assert!(message.contains(what), "{message}");
    }
    assert_eq!(refusal(xes(gzip(gzip(SMALL)))).0, "insight.packed");
}

#[test]
fn other_encodings_are_named_instead_of_guessed() {
    let utf16: Vec<u8> = SMALL.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(utf16.iter().copied())
        .collect();
    let big: Vec<u8> = SMALL.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [utf16, marked, big] {
        let (code, line, message) = refusal(xes(bytes));
        assert_eq!((code, line), ("insight.encoding", 1));
        assert!(message.contains("UTF-16"), "{message}");
    }
    let latin: Vec<u8> = SMALL
        .replace("open", "\u{e4}")
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let (code, line, message) = refusal(xes(&latin));
    assert_eq!((code, line), ("insight.encoding", 14), "{message}");
    let declared = String::from_utf8_lossy(&latin)
        .replace("UTF-8", "ISO-8859-1")
        .replace('\u{fffd}', "ä");
    let (code, line, message) = refusal(xes(declared));
    assert_eq!((code, line), ("insight.encoding", 14), "{message}");
    assert!(message.contains("iso-8859-1"), "{message}");
    let (code, line, _) = refusal(xes(SMALL.replace("UTF-8", "Shift_JIS")));
    assert_eq!((code, line), ("insight.encoding", 1));
    assert_eq!(
        refusal(xes(SMALL.replace("open", "o\u{1b}[2Jn"))).0,
        "insight.control_character"
    );
    assert_eq!(
        refusal(xes(SMALL.replace("open", "o\0n"))).0,
        "insight.encoding"
    );
}
