"""Runs the program on a terminal of its own, which systems with pseudo-terminals can make."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals that Python can make")


def on_terminal(
    *arguments: str,
    columns: int = 80,
    rows: int = 24,
    typed: bytes = b"",
    program: Sequence[str] = ("-m", "kerasinspect"),
    **environment: str,
) -> tuple[str, int]:
    """What the program writes to a terminal of this size, with bare newlines, and its exit status.

    ``program`` are the words by which Python runs something else.
    """
    if sys.platform == "win32":
        raise NotImplementedError
    import fcntl
    import pty
    import struct
    import termios

    process, terminal = pty.fork()
    if not process:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.chdir(ROOT)
        words = [sys.executable, *program, *arguments]
        os.execve(sys.executable, words, {**os.environ, "TERM": "xterm-256color", **environment})  # noqa: S606
    os.write(terminal, typed)
    written = b""
    with suppress(OSError):  # which is how a terminal that nobody writes to any more ends
        while part := os.read(terminal, 1 << 16):
            written += part
    os.close(terminal)
    return written.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
