"""Reads the files that a project keeps for ``check``: its policy in TOML, its locks in JSON.

Whatever is wrong with one ends as a RequestError: what is no regular file, too large, too deep, or no TOML.
"""

from __future__ import annotations

import re
import tomllib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kerasinspect.containers.hdf5.superblock import SIGNATURE
from kerasinspect.containers.sources import open_source
from kerasinspect.containers.strict_json import parse_json
from kerasinspect.containers.zip.members import LOCAL_SIGNATURE
from kerasinspect.errors import RequestError, UnreadableFile
from kerasinspect.limits import DEFAULT

OWN_NAME, SHARED_NAME = "kerasinspect.toml", "pyproject.toml"
"""The file that is all policy, and the one that has a table for it; the first wins where a folder has both."""
MOST_BYTES = 1 << 19
"""Bytes of the largest policy, with all that other tools keep in the same file: half a megabyte."""
MOST_PARTS = 64
"""Parts of a key between dots; what each costs grows with the number of them."""
PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
DEEP_KEY = re.compile(rf"(?<![\w\\-])(?:{PART}){{{MOST_PARTS}}}", re.ASCII)
"""A key of more parts, bare ones or quoted ones; or so many words with nothing but dots between them in a text."""

MODEL_SIGNATURES = (SIGNATURE, LOCAL_SIGNATURE)
"""What HDF5 files and archives begin with."""
MODEL_ENDING = re.compile(r"(?:\.weights)?\.(?:keras|h5|hdf5)$", re.IGNORECASE)
MAKE_A_LOCK = "Make one with `kerasinspect lock MODEL -o MODEL.lock.json`."
"""What to do where there is no lock file; never to write over what is there."""
GO_WITHOUT = "Correct it, or go on without it: --no-config."


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy as it is written down."""

    path: str
    content: Any
    """What should be a table; ``analysis.policy`` says whether it is."""


def read_policy(path: str) -> PolicyFile:
    """The policy in one file; raises RequestError where there is none."""
    content = policy_in(Path(path), path)
    if content is None:
        raise RequestError(f"{path} has no table [tool.kerasinspect].", "Add it, or name another file with --config.")
    return PolicyFile(path, content)


def policy_in(path: Path, name: str) -> Any:  # noqa: ANN401 - any TOML
    """What a file says of a policy, under the name that the user knows it by; None where it says nothing."""
    document = parsed(bytes_of(str(path), MOST_BYTES, f"the policy in {name}"), name)
    if path.name != SHARED_NAME:
        return document
    tools = document.get("tool")
    return tools.get("kerasinspect") if isinstance(tools, dict) else None


def parsed(data: bytes, name: str) -> dict[str, Any]:
    """The document that the bytes of a TOML file are."""
    if len(data) > MOST_BYTES:
        raise RequestError(f"{name} is larger than {MOST_BYTES:,} bytes, which is too much for a policy.", GO_WITHOUT)
    try:
        text = data.decode()
        if DEEP_KEY.search(text):
            raise RequestError(f"{name} has a key of more than {MOST_PARTS} parts.", GO_WITHOUT)
        return tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise RequestError(f"{name} is not TOML: {error}.", GO_WITHOUT) from error
    except ValueError as error:  # Python makes no number of thousands of digits
        raise RequestError(f"{name} holds a number or a date that is out of range.", GO_WITHOUT) from error


def bytes_of(path: str, most: int, words: str) -> bytes:
    """The bytes of a regular file, at most one more than ``most``; raises RequestError where it cannot be read."""
    try:
        with closing(open_source(path)) as source:
            return source.read_at(0, min(source.size, most + 1))
    except UnreadableFile as error:
        raise RequestError(f"Cannot read {words}: {error.message}", error.remedy) from error


def read_lock(path: str) -> Any:  # noqa: ANN401 - any JSON
    """What a lock file holds; ``analysis.locks`` says whether that is a lock.

    Raises RequestError where it cannot be read, is not JSON, or says something twice.
    """
    try:
        data = bytes_of(path, DEFAULT.json_bytes, f"the lock file {path}")
    except RequestError as error:
        raise RequestError(error.message, MAKE_A_LOCK) from error
    if data.startswith(MODEL_SIGNATURES):
        lock = f"{MODEL_ENDING.sub('', path)}.lock.json"
        raise RequestError(
            f"{path} is a model or a file of weights, not a lock file.",
            f"Lock it with `kerasinspect lock {path} -o {lock}`, then check --against {lock}.",
        )
    try:
        parsed = parse_json(data, path)
    except UnreadableFile as error:
        raise RequestError(error.message, MAKE_A_LOCK) from error
    if parsed.duplicate_keys:
        raise RequestError(f'{path} has the key "{parsed.duplicate_keys[0]}" twice in one object.', "Keep one of them.")
    return parsed.value
