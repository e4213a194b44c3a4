//! What single apps are asked, and what is made of their answers.

use manifest::{Extracted, KeyForm, Manifest, Undeclared};
use serde_json::{Value, json};

use crate::support::{Connected, Wire, arguments, key};

fn app(id: &str) -> Connected {
    Connected::shipped(id)
}

fn body(connected: &Connected, id: &str, given: &Value) -> Value {
    let planned = connected.plan(id, given).unwrap();
    assert_eq!(connected.admit(&Wire::of(&planned)), Ok(id));
    serde_json::from_slice(planned.body().unwrap()).unwrap()
}

fn told(extracted: &Extracted) -> Vec<String> {
    let line = |event: &manifest::ScanEvent| {
        let at = event.at.unix_timestamp();
        format!("{} {} {at}", event.case, event.activity)
    };
    extracted.events.iter().map(line).collect()
}

#[test]
fn an_event_of_google_is_put_under_an_identifier_of_ours_and_mails_nobody() {
    let calendar = app("google-calendar");
    let given = json!({
        "summary": "Review", "start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z",
    });
    let id = KeyForm::Hex.write(&key());
    assert_eq!(
        body(&calendar, "create_event", &given),
        json!({
            "id": id, "summary": "Review",
            "start": {"dateTime": "2026-03-02T09:00:00Z"}, "end": {"dateTime": "2026-03-02T10:00:00Z"},
            "extendedProperties": {"private": {"countersign": id}},
        })
    );
    let planned = calendar.plan("create_event", &given).unwrap();
    assert!(planned.url().contains("&sendUpdates=none"));
    // Both places hold one key: another one in either of them is another request.
    let mut wire = Wire::of(&planned);
    let text = String::from_utf8(wire.body.clone().unwrap()).unwrap();
    let other = id.replace(id.chars().next().unwrap(), "0");
    assert_ne!(other, id);
    wire.body = Some(text.replacen(&id, &other, 1).into_bytes());
    assert_eq!(calendar.admit(&wire), Err(Undeclared::Body));
    for changed in ["all", "externalOnly"] {
        let mut wire = Wire::of(&planned);
        let query = wire.query.unwrap().replace("=none", &format!("={changed}"));
        wire.query = Some(query);
        assert_eq!(calendar.admit(&wire), Err(Undeclared::Query));
    }

    let write = calendar.manifest.operation("create_event").unwrap();
    let rule = write.reconcile.as_ref().unwrap();
    let read = calendar.manifest.operation(&rule.operation).unwrap();
    let look_up = rule.arguments(read, &arguments(&given), &key());
    assert_eq!(look_up, arguments(&json!({"approval": id})));
    let planned = calendar
        .plan(&rule.operation, &json!({"approval": id}))
        .unwrap();
    let property = (
        "privateExtendedProperty".to_owned(),
        format!("countersign={id}"),
    );
    assert!(planned.query().contains(&property));
}

#[test]
fn events_of_google_begin_and_end_and_whole_days_do_neither() {
    let calendar = app("google-calendar").manifest;
    let operation = calendar.operation("list_events").unwrap();
    let kept = json!({"items": [
        {"id": "a", "start": {"dateTime": "2026-03-02T10:00:00+01:00"}, "end": {"dateTime": "2026-03-02T09:30:00Z"}},
        {"id": "b", "start": {}, "end": {}},
    ]});
    let extracted = operation.extract(&kept, &arguments(&json!({})));
    assert_eq!(
        told(&extracted),
        ["a Began 1772442000", "a Ended 1772443800"]
    );
    assert_eq!(extracted.incomplete, 0);
}

#[test]
fn a_mail_is_one_event_of_its_thread() {
    let gmail = app("gmail").manifest;
    let kept = json!({"id": "18c1", "threadId": "18c0", "internalDate": "1772442000000"});
    for (id, activity) in [("get_received", "Received"), ("get_sent", "Sent")] {
        let operation = gmail.operation(id).unwrap();
        let extracted = operation.extract(&kept, &arguments(&json!({"id": "18c1"})));
        assert_eq!(told(&extracted), [format!("18c0 {activity} 1772442000")]);
    }
}

#[test]
fn a_message_of_slack_carries_its_mark_where_nobody_sees_it() {
    let slack = app("slack");
    let given = json!({"channel": "C024BE91L", "text": "Deployed"});
    assert_eq!(
        body(&slack, "post_message", &given),
        json!({
            "channel": "C024BE91L", "text": "Deployed", "link_names": false,
            "unfurl_links": false, "unfurl_media": false,
            "metadata": {
                "event_type": "countersign_message",
                "event_payload": {"approval_id": key().to_string()},
            },
        })
    );
    let write = slack.manifest.operation("post_message").unwrap();
    assert_eq!(write.idempotency.mark(&key()), Some(key().to_string()));
    let rule = write.reconcile.as_ref().unwrap();
    let kept = json!({"ok": true, "messages": [
        {"ts": "2.0", "metadata": {"event_payload": {"approval_id": false}}},
        {"ts": "1.0", "metadata": {"event_payload": {"approval_id": true}}},
        {"ts": "0.0"},
    ]});
    let found = rule.find(&kept).unwrap();
    let shown = write.result.as_ref().unwrap().read(found);
    assert_eq!(shown.id.as_deref(), Some("1.0"));
    // A person's message and a channel that is no channel are no arguments of a look-up.
    let read = slack.manifest.operation(&rule.operation).unwrap();
    let look_up = rule.arguments(read, &arguments(&given), &key());
    assert_eq!(look_up, arguments(&json!({"channel": "C024BE91L"})));
}

/// Slack reads `<…>` as a mention or as a link under another name; a person approves what is written.
#[test]
fn a_message_of_slack_mentions_nobody_and_hides_no_address() {
    let slack = app("slack");
    let plan = |text: &str| {
        let given = json!({"channel": "C024BE91L", "text": text});
        slack.plan("post_message", &given)
    };
    for text in [
        "<!channel>",
        "Deployed <!here>",
        "Ask <@U024BE7LH>",
        "<https://evil.example|https://acme.com>",
        "See <#C024BE91L>",
        "a <",
    ] {
        let refused = plan(text).expect_err(text).to_string();
        assert!(refused.starts_with("text: "), "{text}: {refused}");
    }
    for text in ["Deployed", "x", "2 > 1 & https://acme.com", "@channel"] {
        assert!(plan(text).is_ok(), "{text}");
    }
    let planned = plan("Deployed to all").unwrap();
    for text in ["<!channel> to all", "Deployed <!here>"] {
        let mut wire = Wire::of(&planned);
        let body = String::from_utf8(wire.body.unwrap()).unwrap();
        wire.body = Some(body.replacen("Deployed to all", text, 1).into_bytes());
        assert_eq!(slack.admit(&wire), Err(Undeclared::Body), "{text}");
    }
}

#[test]
fn an_answer_of_slack_is_good_where_it_says_so() {
    let slack = app("slack").manifest;
    let operation = slack.operation("list_messages").unwrap();
    let refusal = |mut kept: Value| slack.refusal(operation, &mut kept);
    assert_eq!(refusal(json!({"ok": true, "messages": []})), None);
    for (code, meaning) in [
        ("ratelimited", manifest::Refusal::Wait),
        ("token_revoked", manifest::Refusal::Reconnect),
        ("internal_error", manifest::Refusal::Unknown),
        ("not_in_channel", manifest::Refusal::Refused),
    ] {
        assert_eq!(refusal(json!({"ok": false, "error": code})), Some(meaning));
    }
    assert_eq!(refusal(json!({})), Some(manifest::Refusal::Refused));
}

#[test]
fn a_thread_of_slack_is_one_case() {
    let slack = app("slack").manifest;
    let channel = json!({"channel": "C024BE91L"});
    let first = json!({"ts": "1772442000.000100", "thread_ts": "1772442000.000100", "user": "U1"});
    let listed =
        json!({"ok": true, "messages": [first, {"ts": "1772442060.000200", "user": "U2"}]});
    let operation = slack.operation("list_messages").unwrap();
    let posted = operation.extract(&listed, &arguments(&channel));
    assert_eq!(
        told(&posted),
        [
            "C024BE91L/1772442000.000100 Posted 1772442000",
            "C024BE91L/1772442060.000200 Posted 1772442060",
        ]
    );
    let step = &slack.scan.as_ref().unwrap().steps[1];
    let asked = arguments(&channel);
    let calls: Vec<_> = step
        .for_each
        .as_ref()
        .unwrap()
        .calls(&listed, &asked)
        .collect();
    assert_eq!(calls.len(), 1, "only what was answered is asked for");
    let answers = json!({"ok": true, "messages": [
        first, {"ts": "1772442120.000300", "thread_ts": "1772442000.000100", "user": "U2"},
    ]});
    let operation = slack.operation("list_replies").unwrap();
    let replies = operation.extract(&answers, &calls[0]);
    assert_eq!(
        replies.events[0].id, posted.events[0].id,
        "the first one is known already"
    );
    assert_eq!(
        told(&replies)[1],
        "C024BE91L/1772442000.000100 Answered 1772442120"
    );
}

#[test]
fn a_ticket_of_zendesk_is_written_flat_and_sent_nested() {
    let zendesk = app("zendesk");
    let given = json!({"subject": "Slow", "description": "It is slow", "priority": "high"});
    assert_eq!(
        body(&zendesk, "create_ticket", &given),
        json!({"ticket": {
            "subject": "Slow", "priority": "high", "external_id": key().to_string(),
            "comment": {"body": "It is slow", "public": false},
        }})
    );
    let planned = zendesk.plan("create_ticket", &given).unwrap();
    let header = ("idempotency-key".to_owned(), key().to_string());
    assert!(planned.headers().contains(&header));
    // The header and the field are one key.
    let mut wire = Wire::of(&planned);
    let own = wire
        .headers
        .iter_mut()
        .find(|(name, _)| name == "idempotency-key");
    own.unwrap().1 = b"apr_another_one".to_vec();
    assert_eq!(zendesk.admit(&wire), Err(Undeclared::Body));
    for (from, to) in [
        ("\"public\":false", "\"public\":true"),
        ("\"subject\"", "\"raw_subject\""),
    ] {
        let mut wire = Wire::of(&planned);
        let text = String::from_utf8(wire.body.unwrap()).unwrap();
        assert!(text.contains(from));
        wire.body = Some(text.replacen(from, to, 1).into_bytes());
        assert_eq!(zendesk.admit(&wire), Err(Undeclared::Body), "{to}");
    }
}

/// A filter that Zendesk would ignore lists tickets of others: none of them is ours.
#[test]
fn a_ticket_of_zendesk_is_found_only_with_its_key_in_it() {
    let zendesk = app("zendesk").manifest;
    let write = zendesk.operation("create_ticket").unwrap();
    assert_eq!(write.mark(&key()), Some(key().to_string()));
    let rule = write.reconcile.as_ref().unwrap();
    let read = zendesk.operation(&rule.operation).unwrap();
    let look_up = rule.arguments(read, &arguments(&json!({"subject": "Slow"})), &key());
    assert_eq!(
        look_up,
        arguments(&json!({"external_id": key().to_string()}))
    );
    let others = json!({"tickets": [{"id": 1, "external_id": false}, {"id": 2}]});
    assert_eq!(rule.find(&others), None);
    let ours = json!({"tickets": [{"id": 1}, {"id": 3, "external_id": true}]});
    assert_eq!(rule.find(&ours).unwrap()["id"], 3);
    let text = include_str!("../../../../connectors/zendesk.toml");
    for (from, to) in [
        // Nothing is left to search for, or nothing is searched.
        (
            "external_id = { key = \"plain\", at = \"ticket.external_id\" }",
            "",
        ),
        ("probe = [\"tickets[].external_id\"]", ""),
    ] {
        assert!(text.contains(from), "{from}");
        let error = Manifest::parse(&text.replacen(from, to, 1)).unwrap_err();
        assert!(error.problem.contains("in a probe beside"), "{error}");
    }
}

#[test]
fn the_feed_of_zendesk_becomes_events_and_ends_where_it_says() {
    let zendesk = app("zendesk").manifest;
    let operation = zendesk.operation("list_ticket_events").unwrap();
    let kept = json!({
        "ticket_events": [
            {"id": 1, "ticket_id": 7, "timestamp": 1_772_442_000, "updater_id": 3, "child_events": [
                {"event_type": "Change", "status": "open"}, {"event_type": "Change", "assignee_id": 9},
            ]},
            {"id": 2, "ticket_id": 7, "timestamp": 1_772_442_060, "child_events": [{"event_type": "Comment"}]},
        ],
        "end_time": 1_772_442_060, "end_of_stream": false,
    });
    let extracted = operation.extract(&kept, &arguments(&json!({})));
    assert_eq!(
        told(&extracted),
        ["#7 open 1772442000", "#7 Assigned 1772442000"]
    );
    let next = zendesk
        .next_page(operation, &kept, None)
        .arguments(&arguments(&json!({})));
    assert_eq!(next.get("start_time"), Some(&json!(1_772_442_060)));
    let mut last = kept;
    last["end_of_stream"] = json!(true);
    assert!(zendesk.next_page(operation, &last, None).is_last());
    let first = app("zendesk")
        .plan("list_ticket_events", &json!({}))
        .unwrap();
    assert_eq!(first.query(), [("start_time".to_owned(), "1".to_owned())]);
}
