"""Run by tests/mail/run: a real SMTP server, and what the program sends to it."""

import email
import email.policy
import json
import logging
import os
import socket
import ssl
import subprocess
import sys
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

PROGRAM, PLACE = sys.argv[1:3]
USER, PASSWORD = b"reports", b"open sesame"
LOGIN = {"MAILTRAIL_SMTP_USER": USER.decode(), "MAILTRAIL_SMTP_PASSWORD": PASSWORD.decode()}


class Box:
    """Takes mail, but for one recipient."""

    def __init__(self):
        self.taken = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken.append((envelope.rcpt_tos, envelope.content, session.authenticated))
        return "250 OK"


def check(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (USER, PASSWORD))


class Way(Controller):
    """A server that speaks in the clear, from STARTTLS on in TLS, or in TLS from the beginning."""

    def __init__(self, how, wants_login):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(f"{PLACE}/cert.pem", f"{PLACE}/key.pem")
        self.how, self.wants_login = how, wants_login
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        super().__init__(Box(), hostname="localhost", port=port, ready_timeout=60, ssl_context=self.context if how == "tls" else None)

    def factory(self):
        starttls = self.how == "starttls"
        return SMTP(self.handler, hostname="localhost", authenticator=check, auth_required=self.wants_login,
                    auth_require_tls=self.how == "starttls", require_starttls=starttls,
                    tls_context=self.context if starttls else None)

    def _trigger_server(self):
        # the library would speak with the server's own side of TLS
        with socket.create_connection(("localhost", self.port), 30) as first:
            if self.how == "tls":
                trusting = ssl.create_default_context(cafile=f"{PLACE}/cert.pem")
                first = trusting.wrap_socket(first, server_hostname="localhost")
            first.recv(100)


def send(port, how, more=(), env=()):
    command = [PROGRAM, "report", "samples", "--quiet", "--mail-relay", f"localhost:{port}", "--mail-tls", how,
               "--mail-from", "Mail tracking <mailtrail@contoso.com>", "--mail-to", "Bürodienst <ops@contoso.com>",
               "--mail-attach", "text", "--mail-attach", "json", *more]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MAILTRAIL_")}
    return subprocess.run(command, env={**clean, **dict(env)}, capture_output=True, text=True)


def trusting(login=()):
    return {"SSL_CERT_FILE": f"{PLACE}/cert.pem", **dict(login)}


def look(content, verdict):
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert not message.defects and not [p for p in message.walk() if p.defects], "the message is not well formed"
    assert message["To"].addresses[0].display_name == "Bürodienst", message["To"]
    plain = message.get_body(("plain",)).get_content()
    assert " ".join(plain.split()).startswith(verdict), plain[:300]
    assert verdict.startswith(message["Subject"].rstrip(" …")), message["Subject"]
    files = {part.get_filename(): part for part in message.iter_attachments()}
    assert sorted(files) == ["report.json", "report.txt"], files
    data = json.loads(files["report.json"].get_content())
    assert data["verdict"] == verdict


def main():
    # refusals are what is tested; the server need not complain of them
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    said = subprocess.run([PROGRAM, "report", "samples", "--quiet", "--format", "json"], capture_output=True, check=True)
    verdict = json.loads(said.stdout)["verdict"]
    for how, login in [("none", False), ("starttls", False), ("starttls", True), ("tls", False), ("tls", True)]:
        server = Way(how, login)
        server.start()
        try:
            port = server.port
            done = send(port, how, env=trusting(LOGIN if login else ()))
            assert done.returncode == 0, done
            [(to, content, authenticated)] = server.handler.taken
            assert to == ["ops@contoso.com"] and bool(authenticated) == login, (to, authenticated)
            look(content, verdict)
            print(f"{how}{', password' if login else ''}: arrived, {len(content)} bytes")
            refused = send(port, how, ["--mail-to", "nobody@contoso.com"], trusting(LOGIN if login else ()))
            assert refused.returncode == 1 and "5.1.1 no such user" in refused.stderr, refused
            if how != "none":
                strange = send(port, how, env=LOGIN if login else ())
                assert strange.returncode == 1 and "certificate" in strange.stderr.lower(), strange
            if login:
                wrong = send(port, how, env=trusting({**LOGIN, "MAILTRAIL_SMTP_PASSWORD": "guess"}))
                assert wrong.returncode == 1 and "guess" not in wrong.stderr, wrong
            assert len(server.handler.taken) == 1, "nothing else arrived"
        finally:
            server.stop()
    down = send(1, "none")
    assert down.returncode == 1 and "localhost:1" in down.stderr, down
    print("refused, unknown certificate, wrong password, nobody there: said, status 1:", down.stderr.strip())


main()
