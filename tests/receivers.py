"""Who is told of runs, in tests: a server for webhooks, and one that takes mail."""

import base64
import http.server
import queue
import socketserver
import ssl
import threading
from pathlib import Path

from command_line import SECONDS_MAX

CERTIFICATES = Path(__file__).resolve().parent / "certificates"


class HookReceiver:
    """Keeps what is posted: (path, headers, body). Answers with `status` once `gate` is open."""

    def __init__(self, test):
        self.posted = queue.Queue()
        self.status = 200
        self.gate = threading.Event()
        self.gate.set()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posted.put((self.path, self.headers, body))
                receiver.gate.wait(SECONDS_MAX)
                try:
                    self.send_response(receiver.status)
                    self.send_header("Content-Length", "3")
                    self.end_headers()
                    self.wfile.write(b"so\n")
                except OSError:
                    pass  # who asked has gone

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        test.addCleanup(server.server_close)
        test.addCleanup(server.shutdown)
        test.addCleanup(self.gate.set)
        self.url = f"http://127.0.0.1:{server.server_port}"

    def next(self):
        return self.posted.get(timeout=SECONDS_MAX)


class MailReceiver:
    """Keeps the mails that it takes: (sender, recipients, bytes)."""

    def __init__(self, test, encryption="none", login=None, refused=(), put_off=(), silent=False):
        self.mails = queue.Queue()
        self.said = []  # lines of clients
        self.silent = silent
        receiver = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                if receiver.silent:
                    self.rfile.read()
                    return
                if encryption == "tls":
                    self.encrypt()
                try:
                    self.converse()
                except OSError:
                    pass  # the other end has gone

            def encrypt(self):
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(CERTIFICATES / "localhost.pem", CERTIFICATES / "localhost.key")
                self.secure = context.wrap_socket(self.request, server_side=True)
                self.rfile = self.secure.makefile("rb")
                self.wfile = self.secure.makefile("wb", buffering=0)

            def finish(self):
                if hasattr(self, "secure"):
                    self.secure.close()
                super().finish()

            def say(self, *lines):
                self.wfile.write("".join(line + "\r\n" for line in lines).encode())

            def hear(self):
                line = self.rfile.readline().decode().rstrip("\r\n")
                receiver.said.append(line)
                return line

            def greeting(self, is_secure):
                lines = ["250-localhost greets"]
                if encryption == "starttls" and not is_secure:
                    lines.append("250-STARTTLS")
                elif login:
                    lines.append("250-AUTH " + login[0])
                return [*lines, "250 8BITMIME"]

            def authenticate(self, line):
                if line.startswith("AUTH PLAIN"):
                    given = base64.b64decode(line.split()[2]).decode().split("\0")[1:]
                else:
                    self.say("334 VXNlcm5hbWU6")
                    given = [base64.b64decode(self.hear()).decode()]
                    self.say("334 UGFzc3dvcmQ6")
                    given.append(base64.b64decode(self.hear()).decode())
                return given == list(login[1:])

            def converse(self):
                is_secure, is_known = encryption == "tls", login is None
                sender, recipients = None, []
                self.say("220 localhost")
                while line := self.hear():
                    word = line.split(":")[0].upper()
                    if word.startswith("EHLO"):
                        self.say(*self.greeting(is_secure))
                    elif word == "STARTTLS":
                        self.say("220 go on")
                        self.encrypt()
                        is_secure = True
                    elif word.startswith("AUTH"):
                        is_known = self.authenticate(line)
                        self.say("235 welcome" if is_known else "535 wrong password")
                    elif word == "MAIL FROM":
                        sender = line.split(":", 1)[1].strip("<> ")
                        self.say("250 ok" if is_known else "530 who are you?")
                    elif word == "RCPT TO":
                        address = line.split(":", 1)[1].strip("<> ")
                        if address in refused:
                            self.say("550 nobody of that name")
                        elif address in put_off:
                            self.say("451 come again later")
                        else:
                            recipients.append(address)
                            self.say("250 ok")
                    elif word == "DATA":
                        self.say("354 go on")
                        data = b""
                        while (part := self.rfile.readline()) != b".\r\n":
                            data += part[1:] if part.startswith(b".") else part
                        receiver.mails.put((sender, recipients, data))
                        self.say("250 2.0.0 taken")
                        recipients = []
                    elif word == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("500 what?")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        test.addCleanup(server.server_close)
        test.addCleanup(server.shutdown)
        self.port = server.server_address[1]

    def next(self):
        return self.mails.get(timeout=SECONDS_MAX)
