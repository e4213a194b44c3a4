"""What bench/redmine.sh asks of a running Countersign, as a person's browser would, and of Redmine's own database."""

import http.client, http.cookiejar, json, re, time, urllib.error, urllib.parse, urllib.request

PASSWORD = "an unlikely sentence about desks"


class Failed(Exception):
    pass


class Countersign:
    """A person who signed up and in."""

    def __init__(self, base):
        self.base = base.rstrip("/")
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies), Stay())
        self.csrf = None

    def send(self, method, path, body=None, form=None, key=None):
        """The status and the answer, read as JSON where it is that."""
        headers = {"origin": self.base}
        data = None
        if body is not None:
            data, headers["content-type"] = json.dumps(body).encode(), "application/json"
        if form is not None:
            data, headers["content-type"] = urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded"
            headers["referer"] = self.base + "/"
        if self.csrf:
            headers["x-csrf-token"] = self.csrf
        opener = self.opener
        if key:
            headers = {"authorization": "Bearer " + key, "content-type": "application/json"}
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay())
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with opener.open(request, timeout=60) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def expect(self, status, method, path, body=None):
        got, told = self.send(method, path, body)
        if got != status:
            raise Failed(f"{method} {path} answered {got} in place of {status}: {str(told)[:500]}")
        return told

    def sign_up(self):
        address = "owner@desk.example"
        who = {"email": address, "password": PASSWORD, "name": "Owner", "organisation": "Desk"}
        self.expect(202, "POST", "/api/v1/sign-up", who)
        me = self.expect(201, "POST", "/api/v1/sessions", {"email": address, "password": PASSWORD})
        self.csrf = me["csrf_token"]
        token = wait(lambda: re.search(r"/verify-address\?token=([^\"&]+)", self.send("GET", "/dev/mailbox")[1]))
        status, _ = self.send("POST", "/verify-address", form={"token": token.group(1)})
        if status != 303:
            raise Failed(f"confirming the address answered {status}")

    def connection(self, app, instance, purpose):
        new = {"app": app, "name": f"Redmine ({purpose})", "instance": instance, "purpose": purpose}
        return self.expect(201, "POST", "/api/v1/connections", new)["id"]

    def give(self, connection, key):
        given = {"class": "api_key", "credential": key}
        return self.send("POST", f"/api/v1/connections/{connection}/credential", given)

    def scanned(self, log):
        """The scan into a log, and the log, once the round is over."""
        def over():
            scan = self.expect(200, "GET", f"/api/v1/scans/{log}")
            return scan if scan["state"] in ("done", "failed") else None
        scan = wait(over, 900)
        return scan, self.expect(200, "GET", f"/api/v1/logs/{log}")

    def settled(self, proposal):
        def over():
            found = self.expect(200, "GET", f"/api/v1/approvals/{proposal}")
            return found if found["state"] not in ("waiting", "approved", "executing") else None
        return wait(over, 90)


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def wait(ask, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = ask()
        if found:
            return found
        time.sleep(0.1)
    raise Failed(f"nothing came of it within {seconds} seconds")
