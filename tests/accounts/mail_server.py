"""A real SMTP server on a port of this machine, small enough for these tests."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any, cast


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Session)
        self.mails: list[Message] = []
        self.refused: set[str] = set()  # addresses
        self.hang_up_on: set[str] = set()
        self.connections = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def mailers(self) -> dict[str, Any]:
        """Of the settings."""
        options = {"host": "127.0.0.1", "port": self.port, "timeout": 5}
        backend = "django.core.mail.backends.smtp.EmailBackend"
        return {"default": {"BACKEND": backend, "OPTIONS": options}}

    def recipients(self) -> list[str]:
        return sorted(str(mail["To"]) for mail in self.mails)


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = cast("MailServer", self.server)
        server.connections += 1
        self._say("220 ready")
        while line := self.rfile.readline().decode().strip():
            address = line.partition("<")[2].partition(">")[0]
            match line[:4].upper():
                case "QUIT":
                    return self._say("221 bye")
                case "RCPT" if address in server.hang_up_on:
                    return None
                case "RCPT" if address in server.refused:
                    self._say("550 nobody of that name")
                case "DATA":
                    self._say("354 go on")
                    server.mails.append(message_from_bytes(self._data(), policy=default))
                    self._say("250 taken")
                case _:
                    self._say("250 fine")
        return None

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server(port: int = 0) -> Iterator[MailServer]:
    with MailServer(port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
