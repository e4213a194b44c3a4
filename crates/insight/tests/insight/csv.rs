use insight::{DateOrder, Format, Mapping};

use crate::support::{csv, gzip, listed, read, refusal};

const LISTED: [&str; 3] = [
    "1 | open | agent-01 | 1709280000000000",
    "1 | close | - | 1709285400000000",
    "2 | open | agent-02 | 1709337600000000",
];

/// Interleaved cases, as help desks export them.
const PLAIN: &str = "Case ID,Activity,Resource,Timestamp\n\
    1,open,agent-01,2024-03-01T08:00:00Z\n\
    2,open,agent-02,2024-03-02T00:00:00Z\n\
    1,close,,2024-03-01T09:30:00Z\n";

fn dates(rows: &[&str]) -> String {
    let rows = rows.iter().map(|date| format!("1,a,{date}\n"));
    format!("case,activity,timestamp\n{}", rows.collect::<String>())
}

#[test]
fn columns_are_found_by_their_usual_names_and_told() {
    let log = csv(PLAIN).unwrap();
    assert_eq!(listed(&log), LISTED);
    assert_eq!(log.notes().continued_cases, 1);
    assert!(log.notes().sentences()[0].contains("case = \"Case ID\""));
    for header in [
        "case:concept:name,concept:name,org:resource,time:timestamp",
        "caseId,EVENT,user,Complete Timestamp",
        "ticket_id,status,assignee,changed_at",
    ] {
        let text = PLAIN.replacen("Case ID,Activity,Resource,Timestamp", header, 1);
        assert_eq!(listed(&csv(&text).unwrap()), LISTED, "{header}");
    }
}

#[test]
fn every_spelling_of_the_same_table_reads_the_same() {
    for text in [
        PLAIN.replace(',', ";"),
        PLAIN.replace(',', "\t"),
        PLAIN.replace(',', "|"),
        PLAIN.replace('\n', "\r\n"),
        format!("sep=;\r\n{}", PLAIN.replace(',', ";")),
        format!("\u{feff}{PLAIN}"),
        PLAIN.replace("open", "\"open\""),
        PLAIN.replace('\n', "\n\n"),
        format!("{PLAIN},,,\n , ,,\n"),
        PLAIN.trim_end().to_owned(),
    ] {
        assert_eq!(listed(&csv(&text).unwrap()), LISTED, "{text}");
    }
    assert_eq!(listed(&read(gzip(PLAIN), &Format::Auto).unwrap()), LISTED);
}

#[test]
fn a_mapping_names_columns_that_cannot_be_guessed() {
    let text = PLAIN.replacen("Case ID,Activity,Resource,Timestamp", "k,what,who,when", 1);
    let (code, line, message) = refusal(csv(&text));
    assert_eq!((code, line), ("insight.no_case_column", 1));
    assert!(
        message.contains("\"k\", \"what\", \"who\", \"when\""),
        "{message}"
    );
    let mapping = Mapping {
        case: Some("K".into()),
        activity: Some("what".into()),
        timestamp: Some("when".into()),
        resource: Some("who".into()),
        ..Mapping::default()
    };
    let log = read(&text, &Format::Csv(mapping.clone())).unwrap();
    assert_eq!(listed(&log), LISTED);
    assert!(log.notes().guessed_columns.is_empty());
    let wrong = Mapping {
        resource: Some("whom".into()),
        ..mapping
    };
    assert_eq!(
        refusal(read(&text, &Format::Csv(wrong))).0,
        "insight.no_such_column"
    );
}

#[test]
fn a_mapping_beats_a_guess_and_no_column_serves_twice() {
    let text = "case,step,status,time\n1,a,b,2024-03-01T08:00:00Z\n";
    let mapping = Mapping {
        activity: Some("status".into()),
        ..Mapping::default()
    };
    assert_eq!(
        listed(&read(text, &Format::Csv(mapping)).unwrap()),
        ["1 | b | - | 1709280000000000"]
    );
    let twice = "case,case,activity,time\n1,1,a,2024-03-01T08:00:00Z\n";
    assert_eq!(refusal(csv(twice)).0, "insight.ambiguous_column");
}

#[test]
fn a_missing_column_has_a_code_of_its_own() {
    for (header, code) in [
        ("id,activity,time", "insight.no_case_column"),
        ("case,x,time", "insight.no_activity_column"),
        ("case,activity,x", "insight.no_timestamp_column"),
    ] {
        assert_eq!(refusal(csv(&format!("{header}\n1,a,2024-01-01\n"))).0, code);
    }
}

#[test]
fn rows_that_say_too_little_are_refused_by_line() {
    let header = "case,activity,time\n1,a,2024-03-01T08:00:00Z\n";
    for (row, code) in [
        (",a,2024-03-01T08:00:00Z", "insight.no_case"),
        ("1,,2024-03-01T08:00:00Z", "insight.no_activity"),
        ("1,a,", "insight.no_timestamp"),
        ("1,a,soon", "insight.bad_date"),
        ("1,a,0001-01-01", "insight.date_out_of_range"),
        ("1,a", "insight.row_length"),
        ("1,a,2024-03-01T08:00:00Z,x", "insight.row_length"),
        ("1,\"a,2024-03-01T08:00:00Z", "insight.truncated"),
    ] {
        for end in ["", "\n"] {
            let (found, line, message) = refusal(csv(&format!("{header}{row}{end}")));
            assert_eq!((found, line), (code, 3), "{message}");
        }
    }
    assert_eq!(refusal(csv("case,activity,time\n")).0, "insight.no_events");
    assert_eq!(refusal(csv("")).0, "insight.empty");
}

#[test]
fn the_line_of_a_row_is_where_it_begins_even_after_cells_of_several_lines() {
    let text =
        "case,activity,time,text\n1,a,2024-03-01T08:00:00Z,\"two\nlines\"\n\n1,a,soon,\"x\ny\"\n";
    let (code, line, message) = refusal(csv(text));
    assert_eq!((code, line), ("insight.bad_date", 5), "{message}");
    assert!(message.contains("column \"time\""), "{message}");
}

#[test]
fn one_date_tells_the_order_of_day_and_month_for_all() {
    let time = |rows: &[&str]| csv(&dates(rows)).map(|log| listed(&log).pop().unwrap());
    let third_of_april = "1 | a | - | 1712102400000000";
    let fourth_of_march = "1 | a | - | 1709510400000000";
    assert_eq!(time(&["13/02/2024", "03/04/2024"]).unwrap(), third_of_april);
    assert_eq!(
        time(&["02/13/2024", "03/04/2024"]).unwrap(),
        fourth_of_march
    );
    let log = csv(&dates(&["03/04/2024", "01/01/2024", "02/13/2024"])).unwrap();
    assert_eq!(
        listed(&log)[0],
        fourth_of_march,
        "also for the rows before it"
    );
    assert_eq!(
        time(&["05/05/2024"]).unwrap(),
        "1 | a | - | 1714867200000000"
    );
}

#[test]
fn dates_that_nothing_decides_are_refused_until_the_mapping_does() {
    let text = dates(&["01/01/2024", "03/04/2024 10:00", "04/03/2024"]);
    let (code, line, message) = refusal(csv(&text));
    assert_eq!((code, line), ("insight.ambiguous_date", 3), "{message}");
    for (order, first) in [
        (DateOrder::DayFirst, "1 | a | - | 1712138400000000"),
        (DateOrder::MonthFirst, "1 | a | - | 1709546400000000"),
    ] {
        let mapping = Mapping {
            date_order: Some(order),
            ..Mapping::default()
        };
        assert_eq!(
            listed(&read(&text, &Format::Csv(mapping)).unwrap())[1],
            first
        );
    }
    let (code, line, _) = refusal(csv(&dates(&["2024-01-01", "03/04/24"])));
    assert_eq!((code, line), ("insight.ambiguous_date", 3));
}

#[test]
fn rows_that_contradict_each_other_are_refused() {
    let (code, line, message) = refusal(csv(&dates(&["13/02/2024", "02/13/2024"])));
    assert_eq!((code, line), ("insight.mixed_date_order", 3));
    assert!(message.contains("line 2"), "{message}");
    let mapping = Mapping {
        date_order: Some(DateOrder::DayFirst),
        ..Mapping::default()
    };
    let text = dates(&["02/13/2024"]);
    assert_eq!(
        refusal(read(&text, &Format::Csv(mapping))).0,
        "insight.bad_date"
    );
}

#[test]
fn a_file_without_a_last_line_end_is_read_and_noted() {
    let log = csv(PLAIN.trim_end()).unwrap();
    assert!(log.notes().no_final_line_end);
    assert!(!csv(PLAIN).unwrap().notes().no_final_line_end);
}

#[test]
fn a_table_in_another_encoding_is_named_by_line() {
    let text = PLAIN.replacen("close", "Gr\u{fc}n", 1);
    let latin: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let (code, line, message) = refusal(read(latin, &Format::Auto));
    assert_eq!((code, line), ("insight.encoding", 4), "{message}");
}
