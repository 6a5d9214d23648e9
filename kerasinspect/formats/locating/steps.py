"""The checkpoint of one step in a folder that holds those of several, as TensorFlow, Keras and Orbax name them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from kerasinspect.containers.remote.addresses import shown_address
from kerasinspect.containers.sources import cannot_open, is_address, is_folder
from kerasinspect.errors import RequestError
from kerasinspect.formats.contents import INDEX_OF_CHECKPOINT
from kerasinspect.limits import DEFAULT, Limits, Tally
from kerasinspect.platforms import system_path

_MOST_DIGITS = 18
_MOST_LISTED = 16


def checkpoint_at(folder: str, step: int, limits: Limits = DEFAULT) -> str:
    """The path of the checkpoint of a step in a folder; raises RequestError, with what there is, where it has none."""
    if is_address(folder):
        message = (
            f"--step chooses among the checkpoints of a folder on this machine, and {shown_address(folder)} is not."
        )
        raise RequestError(message, "Name the checkpoint itself.")
    if not is_folder(folder):
        message = f"--step chooses among the checkpoints of a folder, and {folder} is none."
        raise RequestError(message, "Name the folder, or leave --step out.")
    steps = _steps_in(folder, limits)
    names = steps.get(step, [])
    if len(names) == 1:
        return str(Path(folder, names[0]))
    if names:
        message = f"{folder} has {len(names)} checkpoints of step {step}: {', '.join(names[:_MOST_LISTED])}."
        raise RequestError(message, "Name one of them instead.")
    raise RequestError(f"{folder} has no checkpoint of step {step}.", _remedy(sorted(steps)))


def _remedy(steps: list[int]) -> str:
    """Which steps there are."""
    if not steps:
        return "No name in it ends in a step: name the checkpoint itself."
    more = f" and {len(steps) - _MOST_LISTED:,} more" if len(steps) > _MOST_LISTED else ""
    return f"It has those of {', '.join(map(str, steps[-_MOST_LISTED:]))}{more}."


def _steps_in(folder: str, limits: Limits) -> dict[int, list[str]]:
    """The names of the checkpoints in a folder by their steps."""
    tally = Tally("folder_entries", limits.folder_entries, folder)
    found: dict[int, list[str]] = {}
    try:
        with os.scandir(system_path(folder)) as entries:
            for entry in entries:
                tally.add()
                name = _prefix_of(entry)
                step = _step_of(name) if name else None
                if step is not None:
                    found.setdefault(step, []).append(name)
    except OSError as error:
        raise cannot_open(folder, error) from error
    return found


def _prefix_of(entry: os.DirEntry[str]) -> str:
    """What a checkpoint is named by that an entry of a folder is, or is the index of; empty for anything else."""
    if entry.name.endswith(INDEX_OF_CHECKPOINT):
        return entry.name.removesuffix(INDEX_OF_CHECKPOINT)
    with suppress(OSError):
        return entry.name if entry.name.isdecimal() and entry.is_dir() else ""
    return ""


def _step_of(name: str) -> int | None:
    """The step that a name ends in, as in ``ckpt-12``, ``cp-0012.ckpt`` or ``12``; None where it ends in none."""
    stem = name.removesuffix(".ckpt")
    digits = stem[len(stem.rstrip("0123456789")) :]
    is_apart = len(digits) == len(stem) or stem[: -len(digits)].endswith(("-", "_", "."))
    return int(digits) if 0 < len(digits) <= _MOST_DIGITS and is_apart else None
