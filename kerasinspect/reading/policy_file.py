"""Finds and reads the files that a project keeps for ``check``: its policy in TOML, its locks in JSON."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kerasinspect.errors import RequestError, UnreadableFile
from kerasinspect.reading.hdf5_superblock import SIGNATURE
from kerasinspect.reading.limits import DEFAULT
from kerasinspect.reading.strict_json import parse_json
from kerasinspect.reading.zip_members import LOCAL_SIGNATURE

OWN_NAME, SHARED_NAME = "kerasinspect.toml", "pyproject.toml"
"""The file that is all policy, and the one that has a table for it; the first wins where a folder has both."""

MODEL_SIGNATURES = (SIGNATURE, LOCAL_SIGNATURE)
"""What HDF5 files and archives begin with."""
MODEL_ENDING = re.compile(r"(?:\.weights)?\.(?:keras|h5|hdf5)$", re.IGNORECASE)
MAKE_A_LOCK = "Make one with `kerasinspect lock MODEL -o MODEL.lock.json`."
"""What to do where there is no lock file; never to write over what is there."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy as it is written down."""

    path: str
    content: Any
    """What should be a table; ``analysis.policy`` says whether it is."""


def find_policy(folder: Path) -> PolicyFile | None:
    """The policy of a folder: the nearest one there or in the folders above it; None where there is none.

    Raises RequestError where a file on the way cannot be read, since it could hold the policy.
    """
    above = ""
    for place in (folder, *folder.parents):
        for name in (OWN_NAME, SHARED_NAME):
            content = policy_in(place / name, above + name) if (place / name).is_file() else None
            if content is not None:
                return PolicyFile(above + name, content)
        above += "../"
    return None


def read_policy(path: str) -> PolicyFile:
    """The policy in one file; raises RequestError where there is none."""
    content = policy_in(Path(path), path)
    if content is None:
        raise RequestError(f"{path} has no table [tool.kerasinspect].", "Add it, or name another file with --config.")
    return PolicyFile(path, content)


def policy_in(path: Path, name: str) -> Any:  # noqa: ANN401 - any TOML
    """What a file says of a policy, under the name that the user knows it by; None where it says nothing."""
    try:
        document: dict[str, Any] = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise RequestError(f"Cannot read the policy in {name}: {error.strerror or error}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise RequestError(f"{name} is not TOML: {error}.", "Correct it, or go on without it: --no-config.") from error
    if path.name != SHARED_NAME:
        return document
    tools = document.get("tool")
    return tools.get("kerasinspect") if isinstance(tools, dict) else None


def read_lock(path: str) -> Any:  # noqa: ANN401 - any JSON
    """What a lock file holds; ``analysis.locks`` says whether that is a lock.

    Raises RequestError where it cannot be read, is not JSON, or says something twice.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(DEFAULT.json_bytes + 1)
    except OSError as error:
        raise RequestError(f"Cannot read the lock file {path}: {error.strerror or error}.", MAKE_A_LOCK) from error
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
