"""Session, permission and API key checks of ours and of Better Auth over HTTP, on one PostgreSQL; then
sign-ins, what ten times too many of them do to session checks, how soon an ended session is refused, and what
becomes of many refreshes of one token at once.

usage: measure.py BINARY FOLDER SECONDS
BINARY: countersign. FOLDER: a scratch folder that the service's users may enter. Prints a table.
"""

import base64
import hashlib
import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

BINARY, FOLDER, SECONDS = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
HERE = Path(__file__).parent
CLIENTS = (1, 16, 64)
PASSWORD = "correct horse battery staple"
TICKS = os.sysconf("SC_CLK_TCK")
running = []


def start(command, **more):
    """A child that this script ends."""
    child = subprocess.Popen(command, **more)
    running.append(child)
    return child


def as_postgres(command):
    if os.getuid() != 0:
        return command
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", *command]


def postgres():
    """A server of its own on a socket in FOLDER. Returns the folder of its programs."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))[-1]
    data = FOLDER / "pg"
    data.mkdir()
    if os.getuid() == 0:
        subprocess.run(["chown", "postgres", data], check=True)
    make = [programs / "initdb", "-D", data / "data", "-U", "postgres", "-A", "trust", "--locale=C.UTF-8"]
    subprocess.run(as_postgres(make), check=True, stdout=subprocess.DEVNULL, cwd=data)
    serve = [programs / "postgres", "-D", data / "data", "-k", data, "-c", "listen_addresses=",
             "-c", "fsync=off", "-c", "max_connections=200"]
    server = start(as_postgres(serve), stderr=subprocess.DEVNULL, cwd=data)
    for _ in range(100):
        if subprocess.run([programs / "pg_isready", "-q", "-h", data]).returncode == 0:
            return programs, data, server
        time.sleep(0.1)
    sys.exit("PostgreSQL did not start")


def sql(programs, socket, database, statement, **more):
    command = [programs / "psql", "-h", socket, "-U", "postgres", "-qtA", "-v", "ON_ERROR_STOP=1", database]
    return subprocess.run([*command, "-c", statement] if statement else command, check=True,
                          text=True, stdout=subprocess.PIPE, **more).stdout.strip()


def ask(port, method, path, body=None, **headers):
    """One request with JSON, or a form as bytes: the status, the headers, the JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    headers["origin"] = f"http://127.0.0.1:{port}"
    if isinstance(body, bytes):
        headers["content-type"] = "application/x-www-form-urlencoded"
    elif body is not None:
        headers["content-type"] = "application/json"
        body = json.dumps(body)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    try:
        return answer.status, answer, json.loads(text or "null")
    except ValueError:
        return answer.status, answer, text


def cookies(answer):
    return "; ".join(value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")


def tree(root):
    """A process and all below it."""
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rsplit(") ", 1)[1].split()
            except OSError:
                continue
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    found, front = [root], [root]
    while front:
        front = [child for parent in front for child in children.get(parent, [])]
        found += front
    return found


def cpu(roots):
    """CPU seconds of these process trees so far, with those of children that have ended."""
    ticks = 0
    for root in roots:
        for pid in tree(root):
            try:
                stat = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
            except OSError:
                continue
            ticks += sum(int(stat[at]) for at in (11, 12, 13, 14))
    return ticks / TICKS


def wrk(url, clients, headers=(), script=None, seconds=SECONDS):
    """Requests a second, and the milliseconds within which 99 of 100 were answered."""
    command = ["wrk", "-t", str(min(2, clients)), "-c", str(clients), "-d", f"{seconds}s", "--latency"]
    for header in headers:
        command += ["-H", header]
    if script:
        command += ["-s", script]
    return start([*command, url], stdout=subprocess.PIPE, text=True)


def told(child):
    text = child.communicate()[0]
    running.remove(child)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    late = float(re.search(r"99%\s+([\d.]+)", text)[1])
    late *= {"us": 0.001, "ms": 1, "s": 1000}[re.search(r"99%\s+[\d.]+(us|ms|s)", text)[1]]
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), late, int(refused[1]) if refused else 0


def row(name, roots, url, headers, script=None):
    """One check at each number of clients."""
    cells = []
    for clients in CLIENTS:
        before = cpu(roots)
        rate, _, refused = told(wrk(url, clients, headers, script))
        spent = cpu(roots) - before
        if refused:
            sys.exit(f"{name}: {refused} requests were refused")
        cells.append((rate, spent / (rate * SECONDS) * 1e6))
    text = "".join(f"{rate:>10.0f}/s {us:>6.0f} µs" for rate, us in cells)
    print(f"{name:<34}{text}", flush=True)
    return [rate for rate, _ in cells]


def ours(programs, socket):
    """Our server on the same PostgreSQL, with an owner who has a session and a key."""
    data, port = FOLDER / "data", 7431
    config = FOLDER / "countersign.toml"
    config.write_text(f"""
data_dir = "{data}"
listen = "127.0.0.1:{port}"
database_url = "postgres://countersign_migrator@localhost/countersign?host={socket}"
trusted_proxies = ["127.0.0.1"]
verify_every_seconds = 0
key_requests_per_minute = 0
development_mailbox = true
""")
    roles = subprocess.run([BINARY, "migrate", "--print-roles", "--config", config], check=True,
                           text=True, stdout=subprocess.PIPE).stdout
    sql(programs, socket, "postgres", None, input=roles)
    server = start([BINARY, "up", "--config", config, "--log-level", "error"], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    wait(port, "/healthz")
    person = {"email": "owner@example.com", "password": PASSWORD}
    ask(port, "POST", "/api/v1/sign-up", {**person, "name": "Owner", "organisation": "Benchmark"})
    vouch = [BINARY, "account", "vouch", person["email"], "--config", config]
    subprocess.run(vouch, check=True, stdout=subprocess.DEVNULL)
    _, answer, me = ask(port, "POST", "/api/v1/sessions", person)
    cookie = cookies(answer)
    form = {"name": "Benchmark", "scopes": ["insight.read"], "expires_in_days": 1}
    _, _, made = ask(port, "POST", "/api/v1/api-keys", form, cookie=cookie, x_csrf_token=me["csrf_token"])
    return server, port, cookie, me["csrf_token"], made["key"]


def better(programs, socket):
    """Better Auth on the same PostgreSQL, with the same."""
    port = 7432
    sql(programs, socket, "postgres", "create database better")
    url = f"postgres://postgres@localhost/better?host={socket}"
    server = start(["node", HERE / "server.mjs", url, str(port)], stdout=subprocess.PIPE, text=True)
    server.stdout.readline()
    person = {"email": "owner@example.com", "password": PASSWORD, "name": "Owner"}
    _, answer, _ = ask(port, "POST", "/api/auth/sign-up/email", person)
    cookie = cookies(answer)
    form = {"name": "Benchmark", "slug": "benchmark"}
    _, _, made = ask(port, "POST", "/api/auth/organization/create", form, cookie=cookie)
    _, _, key = ask(port, "GET", "/make-key", cookie=cookie)
    return server, port, cookie, made["id"], key["key"]


def wait(port, path):
    for _ in range(200):
        try:
            if ask(port, "GET", path)[0] < 300:
                return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit(f"nothing answers on port {port}")


def bare(programs, socket, clients):
    """The lookup alone, by pgbench."""
    script = FOLDER / "lookup.sql"
    script.write_text("select s.user_id, s.org_id, m.level from identity.sessions s join identity.memberships m"
                      " on m.org_id = s.org_id and m.user_id = s.user_id where s.token_hash = sha256('x');\n")
    command = [programs / "pgbench", "-h", socket, "-U", "postgres", "-n", "-M", "prepared", "-c", str(clients),
               "-j", "2", "-T", str(SECONDS), "-f", script, "countersign"]
    text = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return float(re.search(r"tps = ([\d.]+)", text)[1])


def lookups(programs, socket):
    print(f"{'':<34}" + "".join(f"{f'{clients} clients':>22}" for clients in CLIENTS))
    rates = [bare(programs, socket, clients) for clients in CLIENTS]
    print(f"{'pgbench: the lookup alone':<34}" + "".join(f"{rate:>10.0f}/s{'':>10}" for rate in rates))


def compare(name, own, other):
    ratios = "".join(f"{f'× {a / b:.1f}':>22}" for a, b in zip(own, other))
    print(f"{name:<34}{ratios}\n", flush=True)


def signing_in(port, pause):
    """What wrk sends to sign in, each client again after so many milliseconds."""
    script = FOLDER / f"sign_in_{pause}.lua"
    script.write_text("""
local n = 0
local thread = 0
function setup(t) t:set("id", thread) thread = thread + 1 end
function delay() return PAUSE end
function request()
  n = n + 1
  local address = string.format("10.%d.%d.%d", id, math.floor(n / 250) % 250, n % 250)
  local headers = { ["content-type"] = "application/json", ["x-forwarded-for"] = address,
                    ["origin"] = "http://127.0.0.1:PORT" }
  local body = '{"email":"owner@example.com","password":"PASSWORD"}'
  return wrk.format("POST", "/api/v1/sessions", headers, body)
end
""".replace("PORT", str(port)).replace("PASSWORD", PASSWORD).replace("PAUSE", str(pause)))
    return script


def sign_ins(port, session):
    """Sign-ins a second at as many clients as there are cores; then session checks beside ten times as many."""
    at, url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}/api/v1/me"
    rate, late, refused = told(wrk(at, 2, script=signing_in(port, 0)))
    print(f"sign-ins, 2 clients: {rate:.1f}/s, 99 of 100 within {late:.0f} ms, {refused} refused")
    alone, alone_late, _ = told(wrk(url, 4, session))
    for times in (1, 10):
        clients = 20 * times
        flood = wrk(at, clients, script=signing_in(port, round(20_000 / rate)), seconds=SECONDS + 1)
        time.sleep(0.5)
        beside, beside_late, _ = told(wrk(url, 4, session))
        asked, _, refused = told(flood)
        print(f"session checks, 4 clients: {alone:.0f}/s, 99 of 100 within {alone_late:.1f} ms; beside {asked:.0f} "
              f"sign-ins/s ({refused / (asked * (SECONDS + 1)):.0%} of them 503): {beside:.0f}/s, {beside_late:.1f} ms")


def revocation(port):
    """How long after the answer that a session has ended another connection is still let in with it."""
    person = {"email": "owner@example.com", "password": PASSWORD}
    worst = 0.0
    for n in range(20):
        status, answer, me = ask(port, "POST", "/api/v1/sessions", person, x_forwarded_for=f"10.9.9.{n}")
        while status in (429, 503):
            time.sleep(int(answer.getheader("retry-after")))
            status, answer, me = ask(port, "POST", "/api/v1/sessions", person, x_forwarded_for=f"10.9.9.{n}")
        cookie, csrf = cookies(answer), me["csrf_token"]
        _, _, sessions = ask(port, "GET", "/api/v1/sessions", cookie=cookie)
        own = next(session["id"] for session in sessions if session["current"])
        ask(port, "DELETE", f"/api/v1/sessions/{own}", {}, cookie=cookie, x_csrf_token=csrf)
        ended = time.perf_counter()
        while ask(port, "GET", "/api/v1/me", cookie=cookie)[0] == 200:
            worst = max(worst, time.perf_counter() - ended)
    print(f"an ended session was let in for {worst * 1000:.1f} ms at most, of 20 ends")


def grant(port, cookie, csrf):
    """A client with a refresh token that the owner gave it. Returns its identifier and the token."""
    back, verifier = "http://127.0.0.1/callback", "v" * 43
    form = {"client_name": "Benchmark", "redirect_uris": [back], "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"]}
    client = ask(port, "POST", "/oauth/register", form)[2]["client_id"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    form = {"client_id": client, "redirect_uri": back, "response_type": "code", "scope": "insight.read",
            "state": "x" * 22, "code_challenge": challenge, "code_challenge_method": "S256",
            "resource": f"http://127.0.0.1:{port}/api", "decision": "allow", "granted": "insight.read", "csrf": csrf}
    status, answer, _ = ask(port, "POST", "/oauth/authorize", urllib.parse.urlencode(form).encode(), cookie=cookie)
    if status != 200:
        sys.exit(f"the owner's consent got {status}")
    code = re.search(r"[?&]code=([^&]+)", answer.getheader("refresh"))[1]
    form = {"grant_type": "authorization_code", "client_id": client, "code": code, "redirect_uri": back,
            "code_verifier": verifier}
    tokens = ask(port, "POST", "/oauth/token", urllib.parse.urlencode(form).encode())[2]
    return client, tokens["refresh_token"]


def refreshes(port, cookie, csrf):
    """A hundred refreshes of one token at once: what became of them, how long they took, and how many went on."""
    times, successors, statuses = [], set(), set()

    def one(client, token):
        form = {"grant_type": "refresh_token", "client_id": client, "refresh_token": token}
        begun = time.perf_counter()
        status, _, answer = ask(port, "POST", "/oauth/token", urllib.parse.urlencode(form).encode())
        times.append((time.perf_counter() - begun) * 1000)
        statuses.add(status)
        successors.add(answer.get("refresh_token"))

    client, token = grant(port, cookie, csrf)
    threads = [threading.Thread(target=one, args=(client, token)) for _ in range(100)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = time.perf_counter() - begun
    print(f"100 refreshes of one token at once: {len(successors)} successor, statuses {sorted(statuses)}, all within "
          f"{whole * 1000:.0f} ms, half within {statistics.median(times):.0f} ms")


def main():
    programs, socket, database = postgres()
    server, port, cookie, csrf, key = ours(programs, socket)
    other, other_port, other_cookie, organisation, other_key = better(programs, socket)
    roots, other_roots = [server.pid, database.pid], [other.pid, database.pid]
    lookups(programs, socket)
    base, other_base = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{other_port}"
    session, other_session = [f"cookie: {cookie}"], [f"cookie: {other_cookie}"]
    own = row("session check: ours", roots, f"{base}/api/v1/me", session)
    its = row("  Better Auth, get-session", other_roots, f"{other_base}/api/auth/get-session", other_session)
    compare("  ours / Better Auth", own, its)
    own = row("permission check: ours", roots, f"{base}/api/v1/logs", session)
    script = FOLDER / "permission.lua"
    script.write_text(f"""
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["origin"] = "{other_base}"
wrk.body = '{json.dumps({"organizationId": organisation, "permissions": {"invitation": ["create"]}})}'
""")
    its = row("  Better Auth, has-permission", other_roots,
              f"{other_base}/api/auth/organization/has-permission", other_session, script)
    compare("  ours / Better Auth", own, its)
    bearer, other_bearer = [f"authorization: Bearer {key}"], [f"authorization: Bearer {other_key}"]
    own = row("API key check: ours", roots, f"{base}/api/v1/me", bearer)
    its = row("  Better Auth, verifyApiKey", other_roots, f"{other_base}/key", other_bearer)
    compare("  ours / Better Auth", own, its)
    sign_ins(port, session)
    revocation(port)
    refreshes(port, cookie, csrf)


try:
    main()
finally:
    for child in reversed(running):
        child.send_signal(signal.SIGINT)
        child.wait()
