"""A server of HTTP on the loopback address, whose paths begin with how it behaves: ``/ranges/model.keras``.

``ranges`` is a good one. The others do what servers do: ``whole`` takes no ranges, ``gzip`` compresses though asked
not to, ``packed`` the whole file, ``badgzip`` says so of what it does not, ``lengthless`` tells no size, ``parts``
gives 60 kB at a time, ``other`` ten bytes further on than asked, ``long`` an endless body for a range, ``babble`` is
no HTTP, ``astray`` leads to a file, ``short`` sends less than it says, ``page`` answers with a page of HTML, ``pages``
with one for every name that it does not have, ``hangs`` says nothing, ``drips`` sends a byte at a time, ``circle``
leads to itself, ``away`` to another host, ``busy`` is busy the first times, ``endless`` never ends, a number is a
status of HTTP.
"""

from __future__ import annotations

import gzip
import re
import threading
import time
from contextlib import contextmanager, suppress
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_RANGES = ("whole", "endless", "packed", "badgzip", "lengthless")
_PAGE = b"<!doctype html><title>Sign in</title><p>Sign in to read this file.</p>"


class Server(ThreadingHTTPServer):
    """Serves the files of a folder, and notes what it was asked for."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        """Listen at any free port."""
        super().__init__(("127.0.0.1", 0), _Answer)
        self.folder = folder
        self.asked: list[tuple[str, int, int]] = []
        """Method, position and bytes of every request that was answered with something of a file."""
        self.headers: list[dict[str, str]] = []
        self.busy = 2
        """Requests that ``busy`` does not answer."""
        self.elsewhere = ""
        """Where ``away`` leads to."""
        self.told = "etag"
        """What tells of the version of a file: its ``etag``, its ``date``, or no more than its ``size``."""
        self.rangeless = False
        """Whether ``ranges`` takes none any more."""
        self.sent = 0
        """Bytes of an endless body that were sent, until it was ``stopped``."""
        self.stopped = threading.Event()

    def address(self, behaviour: str, name: str) -> str:
        """The address of a file that is served so."""
        return f"http://127.0.0.1:{self.server_port}/{behaviour}/{name}"

    @property
    def nbytes(self) -> int:
        """All bytes of files that were sent."""
        return sum(size for method, _, size in self.asked if method == "GET")


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server of a folder while it is needed."""
    server = Server(folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        """Answer without a body."""
        self.do_GET()

    def do_GET(self) -> None:
        """Answer as the first part of the path says."""
        behaviour, _, name = self.path.split("?")[0].lstrip("/").partition("/")
        self.server.headers.append(dict(self.headers))
        with suppress(BrokenPipeError, ConnectionResetError):
            if behaviour.isdecimal():
                self._send(int(behaviour), b"", {})
            elif behaviour == "babble":
                self.wfile.write(b"SSH-2.0-server\r\n\r\n")
                self.close_connection = True
            elif behaviour == "astray":
                self._send(302, b"", {"Location": f"file://{self.server.folder / name}"})
            elif behaviour in ("circle", "away"):
                self._send(302, b"", {"Location": self.server.elsewhere or self.path})
            elif behaviour == "page":
                self._send(200, _PAGE, {"Content-Type": "text/html"})
            elif behaviour == "hangs":
                time.sleep(3)
            elif behaviour == "busy" and self.server.busy:
                self.server.busy -= 1
                self._send(503, b"", {})
            else:
                self._answer(behaviour, name)

    def _answer(self, behaviour: str, name: str) -> None:
        path = self.server.folder / name
        if not path.is_file():
            self._send(*((200, _PAGE) if behaviour == "pages" else (404, b"")), {})
            return
        size = path.stat().st_size
        tag = self._version(path) | {"Accept-Ranges": "none" if behaviour == "whole" else "bytes"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if self.command == "HEAD":
            self.server.asked.append(("HEAD", 0, 0))
            self._send(200, b"", tag | ({"Content-Encoding": "gzip"} if behaviour == "gzip" else {}), size)
            return
        if wanted is None or self.server.rangeless or behaviour in _NO_RANGES:
            self._give(behaviour, 200, path.read_bytes(), 0, tag)
            return
        start, end = int(wanted[1]), min(int(wanted[2]) + 1, size)
        if start >= size:
            self._send(416, b"", {"Content-Range": f"bytes */{size}"})
            return
        if behaviour == "parts":
            end = min(end, start + 60_000)
        elif behaviour == "other":
            start, end = start + 10, min(end + 10, size)
        with path.open("rb") as file:
            file.seek(start)
            data = file.read(end - start)
        self._give(behaviour, 206, data, start, tag | {"Content-Range": f"bytes {start}-{end - 1}/{size}"})

    def _version(self, path: Path) -> dict[str, str]:
        """What is told of the version of a file."""
        when = path.stat().st_mtime_ns
        told = {"etag": {"ETag": f'"{when}"'}, "date": {"Last-Modified": formatdate(when / 1e9, usegmt=True)}}
        return told.get(self.server.told, {})

    def _give(self, behaviour: str, status: int, data: bytes, start: int, headers: dict[str, str]) -> None:
        self.server.asked.append((self.command, start, len(data)))
        if behaviour in ("gzip", "packed"):
            self._send(status, gzip.compress(data), headers | {"Content-Encoding": "gzip"})
        elif behaviour == "badgzip":
            self._send(status, data, headers | {"Content-Encoding": "gzip"})
        elif behaviour == "lengthless":
            self._send(status, data, headers, -1)
            self.close_connection = True
        elif behaviour == "short":
            self._send(status, data[: len(data) // 2], headers, len(data))
            self.close_connection = True
        elif behaviour == "drips":
            self._send(status, b"", headers, len(data))
            for at in range(30):
                self.wfile.write(data[at : at + 1])
                time.sleep(0.1)
        elif behaviour in ("endless", "long"):
            try:
                self._send(status, data, headers, 1 << 40)
                for _ in range(1 << 6):
                    self.wfile.write(bytes(1 << 20))
                    self.server.sent += 1 << 20
            finally:
                self.server.stopped.set()
        else:
            self._send(status, data, headers)

    def _send(self, status: int, data: bytes, headers: dict[str, str], length: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if length != -1:
            self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)
