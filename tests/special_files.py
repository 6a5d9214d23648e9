"""Files that only some systems have; a test that needs one is skipped elsewhere."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import chdir
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def make_pipe(path: Path) -> Path:
    """A named pipe that nobody writes to: reading it would wait for ever."""
    if sys.platform == "win32" or not hasattr(os, "mkfifo"):
        pytest.skip("this system keeps no pipes in folders")
    os.mkfifo(path)
    return path


def make_socket(path: Path) -> Path:
    """A socket that nobody answers."""
    if sys.platform == "win32":
        pytest.skip("this system keeps no sockets in folders")
    with chdir(path.parent), socket.socket(socket.AF_UNIX) as unix:  # the path of a socket must be short
        unix.bind(path.name)
    return path
