"""Answers that are kept on disk by all that they depend on, so that what has not changed is not asked again.

The key of an answer is a digest of the sources that it came from, of what was asked, of Python, of the system and of
every package that is installed: any other byte is another key. Each question has one file, whose place its next answer
takes at one stroke, so that the folder does not grow and several processes may use it at once.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

Json = Any

AN_HOUR = 3_600


def fingerprint(sources: Iterable[Path]) -> str:
    """A digest of all files in these folders and of what runs them."""
    installed = sorted(f"{one.name} {one.version}" for one in metadata.distributions())
    found = sha256(json.dumps([sys.version, platform.platform(), installed]).encode())
    for source in sources:
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if path.is_file() and path.parent.name != "__pycache__":
                found.update(f"{path.relative_to(source.parent)} {path.stat().st_size}\n".encode())
                found.update(path.read_bytes())
    return found.hexdigest()


@dataclass(frozen=True)
class Kept:
    """A folder of answers that came from one state of the sources."""

    folder: Path
    sources: str
    """The fingerprint of the sources."""

    def answer(self, question: str, asked: Json, find: Callable[[], Json], lasts: Callable[[Json], bool]) -> Json:
        """What ``find`` gives, or gave when all was as it is; an answer that does not last is found again next time."""
        key = sha256(json.dumps([self.sources, question, asked]).encode()).digest()
        path = self.folder / question
        with suppress(OSError, zlib.error, ValueError):
            held = path.read_bytes()
            if held.startswith(key):
                return json.loads(zlib.decompress(held[len(key) :]))
        found = find()
        if lasts(found):
            put_in_place(path, key + zlib.compress(json.dumps(found).encode(), 1))
        return found


def clear(folder: Path, questions: Collection[str]) -> None:
    """Remove answers to what is no longer asked, and what a process left that was ended; another one may be writing."""
    for path in folder.iterdir():
        with suppress(OSError):
            if path.name not in questions and path.stat().st_mtime < time.time() - AN_HOUR:
                path.unlink()


def put_in_place(path: Path, data: bytes) -> None:
    """Write a file beside its place, then move it there."""
    number, beside = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(number, "wb") as file:
        file.write(data)
    Path(beside).replace(path)
