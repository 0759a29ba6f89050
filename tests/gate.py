"""A proxy before a server of S3: it keeps a request waiting, or makes the server another one's like."""

import re
import threading
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOT_IMPLEMENTED = b"<Error><Code>NotImplemented</Code><Message>A header you provided ...</Message></Error>"
DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


class Gate:
    """`address` is that of the proxy. The first request that begins with `kept` waits for `open()`.

    `dialect` is "terse" for a server that does not say which condition of a request was not met, "old" for one that
    knows no conditions of writing, and "keeping" for one that lets nobody delete.
    """

    def __init__(self, server: str, kept: str | None, dialect: str) -> None:
        self.server = server.removeprefix("http://")
        self.kept = kept
        self.dialect = dialect
        self.reached = threading.Event()
        self.opened = threading.Event()
        self.address = ""

    def pass_through(self, request: str) -> None:
        if self.kept and request.startswith(self.kept) and not self.reached.is_set():
            self.reached.set()
            self.opened.wait(120)

    def wait(self) -> None:
        assert self.reached.wait(120), f"no request {self.kept}"

    def open(self) -> None:
        self.opened.set()


class Forwarder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.gate.pass_through(f"{self.command} {self.path}")
        conditions = {"If-Match", "If-None-Match"} & {*self.headers}
        if self.server.gate.dialect == "old" and self.command == "PUT" and conditions:
            self.answer(501, {}, NOT_IMPLEMENTED)
            return
        if self.server.gate.dialect == "keeping" and self.command == "DELETE":
            self.answer(403, {}, DENIED)
            return
        connection = HTTPConnection(self.server.gate.server, timeout=60)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        if self.server.gate.dialect == "terse":
            data = re.sub(b"<Condition>.*</Condition>", b"", data)
        self.answer(answer.status, dict(answer.getheaders()), data)

    def answer(self, status, headers, data):
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "transfer-encoding", "connection", "date", "server"}:
                self.send_header(name, value)
        length = headers.get("Content-Length", 0) if self.command == "HEAD" else len(data)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(data)

    do_GET = forward  # noqa: N815 - the names that the library calls
    do_HEAD = forward  # noqa: N815
    do_PUT = forward  # noqa: N815
    do_POST = forward  # noqa: N815
    do_DELETE = forward  # noqa: N815


@contextmanager
def running_gate(server: str, kept: str | None = None, dialect: str = ""):
    """A gate before `server`; `kept` is the beginning of a request, such as `PUT /bucket/key`."""
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Forwarder)
    gate = Gate(server, kept, dialect)
    proxy.gate, proxy.daemon_threads = gate, True
    gate.address = f"http://127.0.0.1:{proxy.server_port}"
    thread = threading.Thread(target=proxy.serve_forever)
    thread.start()
    try:
        yield gate
    finally:
        gate.open()
        proxy.shutdown()
        proxy.server_close()
        thread.join()
