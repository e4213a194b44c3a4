"""Plays what a person does with Redmine, and compares with what Redmine's own database holds.

usage: check.py APP REDMINE_PORT DATABASE FACTS WORD BINARY WORK
"""

import json, os, sqlite3, subprocess, sys, time, urllib.error, urllib.request

from between import Between
from server import Countersign, Failed

app, redmine_port, database, facts, word, binary, work = sys.argv[1:]
facts = json.load(open(facts))
begun = time.monotonic()
KEPT = ("status_id", "assigned_to_id", "priority_id", "tracker_id", "project_id")


def told(text):
    print(f"{time.monotonic() - begun:7.1f} s  {text}", flush=True)


def same(what, found, expected):
    if found != expected:
        raise Failed(f"{what}: {found!r}, and should be {expected!r}")


def rows(statement, *values):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30) as open_database:
        return open_database.execute(statement, values).fetchall()


def counted():
    """What the log must hold, by Redmine's own tables: activities with how often each happened."""
    of = "from issues i join projects p on p.id = i.project_id where p.identifier = ?"
    (issues,), = rows(f"select count(*) {of}", facts["project"])
    details = rows(f"""select d.prop_key, d.value, count(*) from journal_details d
        join journals j on j.id = d.journal_id and j.journalized_type = 'Issue'
        where d.property = 'attr' and j.journalized_id in (select i.id {of}) group by 1, 2""", facts["project"])
    names = {"assigned_to_id": "Assignee changed", "priority_id": "Priority changed",
             "tracker_id": "Tracker changed", "project_id": "Moved to another project"}
    all_of = {"Opened": issues}
    for key, value, times in details:
        if key in KEPT:
            name = names.get(key) or f"Status {value}"
            all_of[name] = all_of.get(name, 0) + times
    (journals,), = rows(f"select count(*) from journals where journalized_type = 'Issue' and journalized_id in (select i.id {of})", facts["project"])
    return issues, journals, all_of


def activities(log):
    return {one["activity"]: one["count"] for one in log["statistics"]["activity_counts"]}


def whole(log, when):
    issues, journals, expected = counted()
    same(f"cases {when}", log["cases"], issues)
    same(f"events {when}", log["events"], sum(expected.values()))
    same(f"activities {when}", activities(log), expected)
    return issues, journals, log["events"]


def by_hand(method, path, key, body):
    """As somebody who works in Redmine itself."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{redmine_port}{path}", json.dumps(body).encode(),
        {"x-redmine-api-key": key, "content-type": "application/json"}, method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def start(between):
    config = f"{work}/countersign.toml"
    with open(config, "w") as file:
        file.write(f'development_mailbox = true\nmanifests = "{work}/connectors"\n')
    server = subprocess.Popen(
        [binary, "up", "--json", "--stop-with-parent", "--config", config, "--data-dir", f"{work}/data",
         "--listen", "127.0.0.1:0", "--log-level", "warn", "--allow-private", f"127.0.0.1:{between.port}"],
        stdout=subprocess.PIPE, text=True, start_new_session=True)
    line = server.stdout.readline()
    if not line:
        server.wait()
        raise Failed("Countersign did not start; it says why above")
    return server, json.loads(line)


def connect(person, instance):
    apps = {one["id"]: one for one in person.expect(200, "GET", "/api/v1/apps")}
    same("the manifest of the folder is an app that takes", apps[app]["credential"], "api_key")
    reading = person.connection(app, instance, "read")
    status, answer = person.give(reading, "not a key")
    same("a text that is no key", (status, answer["code"]), (422, "connectors.credential_form"))
    status, answer = person.give(reading, "0123456789" * 4)
    same("a key that Redmine does not know", (status, answer["code"]), (422, "connectors.credential_refused"))
    same("the key that reads", person.give(reading, facts["reader"])[0], 200)
    writing = person.connection(app, instance, "write")
    same("the key that opens", person.give(writing, facts["opener"])[0], 200)
    # The barrier that Redmine has: the account's role.
    new = {"issue": {"project_id": facts["project"], "subject": "By the key that reads"}}
    same("opening an issue with the key that reads", by_hand("POST", "/issues.json", facts["reader"], new), 403)
    told("connected from a manifest in the folder: a key to read, and one to write; wrong ones were refused")
    return reading, writing


def scan(person, reading, between):
    path = f"/api/v1/connections/{reading}/scan"
    status, answer = person.send("POST", path, {})
    same("a scan of no project", (status, answer.get("detail")), (422, "say which project to scan"))
    missing = person.expect(202, "POST", path, {"project": "no-such-project"})["log"]
    round_, _ = person.scanned(missing)
    same("a scan of a project that is not there", round_["state"], "failed")
    told(f"a project that is not there: {round_['code']}: {round_['told']}")

    since, before = time.monotonic(), len(between.asked)
    log_id = person.expect(202, "POST", path, {"project": facts["project"]})["log"]
    round_, log = person.scanned(log_id)
    took = time.monotonic() - since
    same("the scan", (round_["state"], round_["gone"]), ("done", 0))
    issues, journals, events = whole(log, "after the first round")
    told(f"scan: {issues} issues, {journals} journals, {events} events in {took:.1f} s, "
         f"{round_['calls']} calls ({len(between.asked) - before} reached Redmine): as Redmine's database counts them")
    return log_id


def what_is_new(person, log_id, between):
    changed = rows("""select i.id from issues i join projects p on p.id = i.project_id
        where p.identifier = ? order by i.id limit 3""", facts["project"])
    state = facts["statuses"]["Reopen ticket"]
    for (issue,) in changed:
        body = {"issue": {"status_id": state, "notes": f"{word} by hand"}}
        same("a change by hand", by_hand("PUT", f"/issues/{issue}.json", facts["worker"], body), 204)
    body = {"issue": {"project_id": facts["project"], "subject": f"{word} by hand"}}
    same("an issue by hand", by_hand("POST", "/issues.json", facts["worker"], body), 201)
    since = time.monotonic()
    person.expect(202, "POST", f"/api/v1/scans/{log_id}/resume")
    round_, log = person.scanned(log_id)
    same("the second round", (round_["state"], round_["round"]), ("done", 2))
    issues, _, events = whole(log, "after the second round")
    if round_["calls"] > 12:
        raise Failed(f"what is new took {round_['calls']} calls: all was read again")
    told(f"what is new: 3 changes and 1 issue by hand, {round_['calls']} calls in {time.monotonic() - since:.1f} s; "
         f"{issues} issues, {events} events")


def opened(subject):
    return rows("""select i.id, i.description, i.author_id, p.identifier, s.name from issues i
        join projects p on p.id = i.project_id join issue_statuses s on s.id = i.status_id
        where i.subject = ? order by i.id""", subject)


def propose(person, connection, subject):
    asked = {"connection": connection, "operation": "create_issue", "arguments": {
        "project": facts["project"], "subject": subject, "description": "Two cases wait since Monday.\n\nÄ: \"as typed\"."}}
    return person.expect(201, "POST", "/api/v1/approvals", asked)


def decide(person, proposal, payload_hash, verdict="approve"):
    word_of = {"verdict": verdict, "note": "", "payload_hash": payload_hash}
    return person.send("POST", f"/api/v1/approvals/{proposal}/decision", word_of)


def write(person, reading, writing, between):
    asked = {"connection": reading, "operation": "create_issue",
             "arguments": {"project": facts["project"], "subject": "Through the key that reads"}}
    status, answer = person.send("POST", "/api/v1/approvals", asked)
    same("a write through the connection that reads", status, 409)
    told(f"a write through the connection that reads: {answer['code']}")
    waits, other, refused = (propose(person, writing, text) for text in (
        "Look at what waits longest", "Look at what waits shortest", "Look at nothing"))
    key = person.expect(201, "POST", "/api/v1/api-keys", {
        "name": "AI client", "expires_in_days": 1, "scopes": ["approvals.propose", "approvals.read"]})["key"]
    status, _ = person.send("POST", f"/api/v1/approvals/{waits['id']}/decision", {
        "verdict": "approve", "note": "", "payload_hash": waits["payload_hash"]}, key=key)
    if status not in (401, 403):
        raise Failed(f"an API key's approval answered {status}")
    # What was shown of one is not what would be sent of the other, nor is it with a digit changed.
    altered = waits["payload_hash"][:-1] + ("0" if waits["payload_hash"][-1] != "0" else "1")
    for hash_ in (other["payload_hash"], altered, ""):
        status, answer = decide(person, waits["id"], hash_)
        same("the approval of another payload", (status, answer["code"]), (409, "approvals.other_payload"))
    same("a rejection", decide(person, refused["id"], refused["payload_hash"], "reject")[0], 200)
    time.sleep(3)
    same("what was written without an approval", between.writes(), [])
    told("unapproved, rejected, by an API key, with another hash: nothing reached Redmine")

    shown = person.expect(200, "GET", f"/api/v1/approvals/{waits['id']}")
    same("what is shown", shown["payload_hash"], waits["payload_hash"])
    same("an approval", decide(person, waits["id"], waits["payload_hash"])[0], 200)
    ended = person.settled(waits["id"])
    same("what became of it", ended["state"], "executed")
    same("a second approval", decide(person, waits["id"], waits["payload_hash"])[0], 409)
    same("what Redmine got", between.writes(), [shown["request"]["body"].encode()])
    issue = json.loads(shown["request"]["body"])["issue"]
    found, = opened("Look at what waits longest")
    # Redmine keeps the line ends of a text as browsers send them.
    same("the issue", (found[1].replace("\r\n", "\n"), found[2:4]), (issue["description"], (facts["opener_id"], facts["project"])))
    if waits["id"] not in found[1]:
        raise Failed("the mark is not in the description")
    same("issues of what was not approved", (opened("Look at what waits shortest"), opened("Look at nothing")), ([], []))
    same("what it is called", ended["outcome"]["reference"], str(found[0]))
    told(f"approved: exactly one issue, #{found[0]}, with the payload that was shown")


def lose(person, writing, between):
    lost = propose(person, writing, "The answer to this is lost")
    before = len(between.writes())
    between.loses_writes = True
    same("an approval", decide(person, lost["id"], lost["payload_hash"])[0], 200)
    ended = person.settled(lost["id"])
    between.loses_writes = False
    same("writes that reached Redmine", len(between.writes()) - before, 1)
    found, = opened("The answer to this is lost")
    of = ended["outcome"]
    same("the lost answer", (ended["state"], of["code"], of["reference"]), ("executed", "broker.looked_up", str(found[0])))
    told(f"the answer was lost: #{found[0]} was found again by its mark, and sent once")


def texts(data_dir, needle):
    """Files in which a text stands."""
    found = subprocess.run(["grep", "-rlaF", needle, data_dir], stdout=subprocess.PIPE, text=True)
    return found.stdout.split()


def main():
    between = Between(int(redmine_port))
    server, ready = start(between)
    try:
        person = Countersign(ready.get("local_url") or ready["url"])
        person.sign_up()
        told(f"Countersign is ready, after {ready['ms']} ms")
        reading, writing = connect(person, f"http://127.0.0.1:{between.port}")
        log_id = scan(person, reading, between)
        what_is_new(person, log_id, between)
        write(person, reading, writing, between)
        lose(person, writing, between)
    finally:
        server.terminate()
        server.wait(30)
    # What was written to its disk: activities are there, and texts and keys are not.
    if not texts(f"{work}/data", "Assignee changed"):
        raise Failed("the search of the files finds nothing at all")
    for needle in (word, facts["reader"], facts["opener"]):
        same("files with a text or key of Redmine", texts(f"{work}/data", needle), [])
    told("no subject, description, note, custom field or key of Redmine is in the files of Countersign")


try:
    main()
except Failed as failed:
    sys.exit(f"does not hold: {failed}")
