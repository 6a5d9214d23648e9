"""Files that only some systems have; a test that needs one is skipped elsewhere."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kerasinspect import platforms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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


@contextmanager
def deep_folder(top: Path, levels: int) -> Iterator[Path]:
    """A folder with so many below it, one in another, whose paths are longer than a system takes; gone afterwards."""
    if platforms.WINDOWS:
        pytest.skip("this system makes no such folders")
    with chdir(top):
        for _ in range(levels):
            Path("deeper").mkdir()
            os.chdir("deeper")
    yield top
    with chdir(top):
        for _ in range(levels):
            os.chdir("deeper")
        for _ in range(levels):
            os.chdir("..")
            Path("deeper").rmdir()


@contextmanager
def forbidden(path: Path, mode: int) -> Iterator[Path]:
    """A file or a folder that this user may not do everything with; skips the test for one who may, such as root."""
    path.chmod(mode)
    try:
        if os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK):
            pytest.skip("this user may read everything")
        yield path
    finally:
        path.chmod(0o700)


def make_links(path: Path, count: int) -> Path:
    """A link to a link to a link, and so on, more of them than a system follows."""
    for number in range(count):
        path.with_name(f"link{number}").symlink_to(f"link{number + 1}")
    path.symlink_to("link0")
    return path


def make_folder(path: Path) -> Path:
    """An empty folder."""
    path.mkdir()
    return path


def linked(target: str) -> Callable[[Path], Path]:
    """What makes a link to something."""

    def make(path: Path) -> Path:
        path.symlink_to(target)
        return path

    return make


ODD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "dangling": (linked("nothing"), "is a link to something that does not exist"),
    "loop": (lambda path: linked(path.name)(path), "cannot be opened: "),
    "chain": (lambda path: make_links(path, 60), "cannot be opened: "),
    "long": (linked("x/" * 2_000), "is a link "),
    "long-name": (linked("x" * 300), "cannot be opened: "),
    "out": (linked("/etc/hostname"), "is a link out of its folder, which is not followed"),
    "pipe": (make_pipe, "is a named pipe, not a file"),
    "socket": (make_socket, "is a socket, not a file"),
    "folder": (make_folder, "folder"),
}
"""What can stand in the place of a file without being one, each with what is said of it."""
