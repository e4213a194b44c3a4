"""A mail server that is not ours, for the tests: aiosmtpd, in the mode that its arguments say.

Prints {"port": …} when it listens, then a line of JSON for each thing that it heard: {"heard":
"EHLO"} for a command, {"mail": {"from", "to", "text", "encrypted", "login"}} for a mail.
"""

import argparse
import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def say(line):
    print(json.dumps(line), flush=True)


class Heard(SMTP):
    """Tells each command that it hears."""

    async def _call_handler_hook(self, command, *args):
        say({"heard": command})
        return await super()._call_handler_hook(command, *args)


class Handler:
    def __init__(self, mode):
        self.mode = mode
        self.asked = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.asked += 1
        if self.mode == "later" and self.asked == 1:
            return "451 4.7.1 Greylisted, try again later"
        if self.mode == "never":
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        login = session.auth_data.login.decode() if session.auth_data else None
        say({"mail": {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "text": envelope.content.decode(),
            "encrypted": session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None,
            "login": login,
        }})
        return "250 2.0.0 Taken"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and data.login in (b"countersign", b"ada@mail.test") and data.password == b"smtp password"
    return AuthResult(success=right, handled=False, auth_data=data if right else None)


async def drip(reader, writer):
    """Greets, a byte every 100 ms, for ever."""
    try:
        while True:
            writer.write(b"2")
            await writer.drain()
            await asyncio.sleep(0.1)
    except ConnectionError:
        pass


async def injecting(reader, writer):
    """Says more than it may before TLS (CVE-2011-0411)."""
    writer.write(b"220 ready\r\n")
    while line := await reader.readline():
        say({"heard": line.decode().split()[0].upper()})
        if line.upper().startswith(b"EHLO"):
            writer.write(b"250-here\r\n250 STARTTLS\r\n")
        else:
            writer.write(b"220 go ahead\r\n250 injected\r\n")
        await writer.drain()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["take", "later", "never", "plain", "implicit", "drip", "inject"])
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--login", action="store_true")
    args = parser.parse_args()
    context = None
    if args.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.certificate, args.key)
    handler = Handler(args.mode)

    def protocol():
        wants_login = {"authenticator": authenticate, "auth_required": True} if args.login else {}
        if args.mode == "implicit":
            return Heard(handler, hostname="mail.test", auth_require_tls=False, **wants_login)
        tls = None if args.mode == "plain" else context
        return Heard(handler, hostname="mail.test", tls_context=tls, require_starttls=tls is not None, **wants_login)

    loop = asyncio.get_running_loop()
    if args.mode == "drip":
        server = await asyncio.start_server(drip, "127.0.0.1", 0)
    elif args.mode == "inject":
        server = await asyncio.start_server(injecting, "127.0.0.1", 0)
    else:
        outer = context if args.mode == "implicit" else None
        server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=outer)
    say({"port": server.sockets[0].getsockname()[1]})
    # Ends with whoever started it.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
