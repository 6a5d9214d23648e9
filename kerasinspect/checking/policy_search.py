"""Finds the policy of a project: the nearest one at or above a folder, but none that came with what is checked.

Whoever made the models must not choose how they are judged. So a policy is a stranger's, and not used unless it is
named, where it lies at or below a folder that is checked: one that is named or fits a pattern, or one that is a model
by itself, as an archive that was unpacked. It lies where its name does, and where a link leads that bears its name.

A file that is named says nothing of the folder that it lies in: in ``check models/x.keras``, and in what a hook is
given, the policy at the root of the repository is the user's own.
"""

from __future__ import annotations

import os
from glob import has_magic
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.checking.policy_file import MOST_BYTES, OWN_NAME, SHARED_NAME, PolicyFile, policy_table
from kerasinspect.containers.sources import read_user_file
from kerasinspect.errors import RequestError
from kerasinspect.formats.contents import INDEX_ENDING
from kerasinspect.formats.keras_archive import CONFIG, METADATA, NPZ, WEIGHTS
from kerasinspect.formats.locating.locations import paths_named
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.platforms import is_device

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_Identity: TypeAlias = "tuple[int, int] | str"
"""What tells whether two paths lead to one folder."""

_PARTS = (CONFIG, METADATA, NPZ, WEIGHTS, f"model{INDEX_ENDING}")
"""Files of an unpacked archive."""
_TABLE = SHARED_NAME, b"kerasinspect"
"""The file that most projects have, and what stands in one that may hold a policy."""


@dataclass(frozen=True, slots=True)
class _Search:
    """What a search for a policy found."""

    file: PolicyFile | None
    passed_over: tuple[str, ...] = ()
    """Policies that are nearer, and lie in what is checked."""


def find_policy(folder: Path, judged: Iterable[str] = ()) -> _Search:
    """The nearest policy in a folder and those above it that lies in none of the folders that are checked.

    Raises RequestError where a file on the way cannot be read, since it could hold the policy.
    """
    strange = {identity for path in judged if (identity := _identity_of(path)) is not None}
    passed_over: list[str] = []
    above = ""
    for place in (folder, *folder.parents):
        for name in (OWN_NAME, SHARED_NAME):
            path, said = place / name, above + name
            if not _is_there(path, said):
                continue
            if _lies_in(path, strange):
                passed_over += [said] if _may_hold_policy(path) else []
            elif (content := policy_table(path, said)) is not None:
                return _Search(PolicyFile(said, content), tuple(passed_over))
        above += "../"
    return _Search(None, tuple(passed_over))


def judged_folders(names: Iterable[str]) -> Iterator[str]:
    """The folders that are checked: what the names mean, or what a part of an unpacked archive lies in.

    A folder that a wildcard stood for was chosen by its name, so that it counts as named.
    """
    for asked, path in ((name, path) for name in names for path in paths_named(name)):
        yield path
        folder, name = os.path.split(path)
        if path != asked and Path(folder) != _beginning_of(asked):
            yield folder or os.curdir
        if name in _PARTS and _identity_of(folder or os.curdir) and Path(folder, CONFIG).exists():
            yield folder or os.curdir


def _beginning_of(pattern: str) -> Path:
    """The folders of a pattern before the first wildcard in it."""
    return Path(*takewhile(lambda part: not has_magic(part), Path(pattern).parts[:-1]))


def _is_there(path: Path, name: str) -> bool:
    """Whether a folder has a policy, or anything else of that name; raises RequestError where nobody can tell."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"{name} cannot be searched for a policy: {reason}."
        raise RequestError(message, "Name one with --config, or go on without any: --no-config.") from error
    return True


def _lies_in(path: Path, folders: set[_Identity]) -> bool:
    """Whether a file, or what it is a link to, lies in one of some folders or below it."""
    if not folders:
        return False
    places = {*path.parents}
    try:
        places |= {*path.resolve().parents}
    except (OSError, RuntimeError):  # links that lead round in a circle
        return True
    return any(_identity_of(place) in folders for place in places)


def _identity_of(folder: str | Path) -> _Identity | None:
    """What is the same for every path to a folder; None for what is no folder."""
    path = Path(folder)
    try:
        if is_device(str(folder)) or not path.is_dir():
            return None
        status = path.stat()
        return (status.st_dev, status.st_ino) if status.st_ino else str(path.resolve())
    except (OSError, ValueError):
        return None


def _may_hold_policy(path: Path) -> bool:
    """Whether a file that is not used would have been: any but one that is about other tools alone."""
    name, table = _TABLE
    try:
        return path.name != name or table in read_user_file(str(path), MOST_BYTES, "it")
    except RequestError:
        return True
