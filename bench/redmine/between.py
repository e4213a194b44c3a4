"""Stands between Countersign and Redmine: passes everything on, counts what was asked, and loses an answer when told."""

import http.client, http.server, threading


class Between(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, redmine_port):
        super().__init__(("127.0.0.1", 0), Handler)
        self.redmine_port = redmine_port
        self.asked = []
        self.loses_writes = False
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def writes(self):
        return [body for method, _, body in self.asked if method not in ("GET", "HEAD")]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.asked.append((self.command, self.path, body))
        redmine = http.client.HTTPConnection("127.0.0.1", self.server.redmine_port, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        redmine.request(self.command, self.path, body or None, headers)
        answer = redmine.getresponse()
        content = answer.read()
        if self.server.loses_writes and self.command not in ("GET", "HEAD"):
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("content-type", answer.getheader("content-type", "application/json"))
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

    def log_message(self, *_):
        pass
