"""An identity provider of SAML 2.0 that is not ours: pysaml2, which signs by xmlsec1.

Reads one line of JSON, tells its port in one, and ends with its standard input. A person asks under
/pysaml2?user=NAME&sign=assertion|response|both[&session_ends=INSTANT], and gets a form that posts to the service; its metadata is under
/pysaml2/metadata.
"""
import json
import os
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server

WISHES = json.loads(sys.stdin.readline())
FOLDER = tempfile.TemporaryDirectory()


def in_file(name, text):
    path = os.path.join(FOLDER.name, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def config(url):
    made = IdPConfig()
    made.load(
        {
            "entityid": WISHES["entity_id"],
            "key_file": in_file("key.pem", WISHES["key"]),
            "cert_file": in_file("certificate.pem", WISHES["certificate"]),
            "xmlsec_binary": "/usr/bin/xmlsec1",
            "metadata": {"inline": [WISHES["sp_metadata"]]},
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [(f"{url}/pysaml2", BINDING_HTTP_REDIRECT)]},
                    "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
                    "name_id_format": [NAMEID_FORMAT_PERSISTENT],
                }
            },
        }
    )
    return made


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        at = urlsplit(self.path)
        try:
            if at.path == "/pysaml2/metadata":
                self.answer(200, "application/samlmetadata+xml", str(entity_descriptor(config(self.url()))))
            else:
                query = {name: values[0] for name, values in parse_qs(at.query).items()}
                self.answer(200, "text/html", self.form(query))
        except Exception as error:  # told to the test, whatever it is
            self.answer(400, "text/plain", repr(error))

    def url(self):
        return f"http://{self.headers['host']}"

    def form(self, query):
        person = WISHES["people"][query["user"]]
        server = Server(config=config(self.url()))
        asked = server.parse_authn_request(query["SAMLRequest"], BINDING_HTTP_REDIRECT)
        arguments = server.response_args(asked.message)
        response = server.create_authn_response(
            {
                "mail": person["mail"],
                "displayName": f"{person['given']} {person['family']}",
                "eduPersonAffiliation": person["groups"],
            },
            in_response_to=arguments["in_response_to"],
            destination=arguments["destination"],
            sp_entity_id=arguments["sp_entity_id"],
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=person["id"]),
            authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": WISHES["entity_id"]},
            sign_response=query["sign"] != "assertion",
            sign_assertion=query["sign"] != "response",
            sign_alg=f"http://www.w3.org/2001/04/xmldsig-more#{query.get('algorithm', 'rsa-sha256')}",
            session_not_on_or_after=query.get("session_ends"),
            digest_alg=f"http://www.w3.org/2001/04/xmlenc#{query.get('digest', 'sha256')}",
        )
        state = query["RelayState"]
        return server.apply_binding(BINDING_HTTP_POST, str(response), WISHES["acs"], state, response=True)["data"]

    def answer(self, status, kind, text):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.server_address[1]}), flush=True)
    sys.stdin.read()


main()
