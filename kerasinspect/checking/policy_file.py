"""Reads the file that a project keeps its policy in, as TOML.

Whatever is wrong with one ends as a RequestError: what is no regular file, too large, too deep, or no TOML.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from kerasinspect.arguments import in_python
from kerasinspect.containers.sources import read_user_file
from kerasinspect.errors import RequestError
from kerasinspect.late.dataclasses import dataclass

OWN_NAME, SHARED_NAME = "kerasinspect.toml", "pyproject.toml"
"""The file that is all policy, and the one that has a table for it; the first wins where a folder has both."""
MOST_BYTES = 1 << 19
"""Bytes of the largest policy, with all that other tools keep in the same file: half a megabyte."""
_MOST_PARTS = 64
"""Parts of a key between dots; what each costs grows with the number of them."""
_TOOL = "kerasinspect"
"""What the table is called, among those of other tools."""
_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_DEEP_KEY = re.compile(rf"(?<![\w\\-])(?:{_PART}){{{_MOST_PARTS}}}", re.ASCII)
"""A key of more parts, bare ones or quoted ones; or so many words with nothing but dots between them in a text."""

_GO_WITHOUT = f"Correct it, or go on without it: --no-config{in_python('without config')}."
_NO_POLICY = f"A policy is TOML. An architecture for weights alone goes to --architecture{in_python('architecture')}."
"""The remedy for JSON: what ``--config`` takes in most other commands."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy as it is written down."""

    path: str
    content: object
    """What should be a table; ``checking.policy`` says whether it is."""


def read_policy(path: str) -> PolicyFile:
    """The policy in one file; raises RequestError where there is none."""
    content = policy_table(Path(path), path)
    if content is None:
        raise RequestError(
            f"{path} has no table [tool.kerasinspect].",
            f"Add it, or name another file with --config{in_python('config')}.",
        )
    return PolicyFile(path, content)


def policy_table(path: Path, name: str) -> object:
    """What a file says of a policy, under the name that the user knows it by; None where it says nothing."""
    document = _parsed_toml(read_user_file(str(path), MOST_BYTES, f"the policy in {name}"), name)
    tools = document.get("tool")
    table = tools.get(_TOOL) if isinstance(tools, dict) else None
    if path.name == SHARED_NAME:
        if table is None and isinstance(document.get(_TOOL), dict):
            raise RequestError(f"{name} has a table [{_TOOL}], which no tool reads.", f"Call it [tool.{_TOOL}].")
        return table
    if table is not None:
        remedy = f"In this file keys stand at the top, and [thresholds.KI107] for [tool.{_TOOL}.thresholds.KI107]."
        raise RequestError(f"{name} has the heading [tool.{_TOOL}], which only {SHARED_NAME} needs.", remedy)
    return document


def _parsed_toml(data: bytes, name: str) -> dict[str, object]:
    """The document that the bytes of a TOML file are."""
    remedy = _NO_POLICY if _is_json(data, name) else _GO_WITHOUT
    if len(data) > MOST_BYTES:
        raise RequestError(f"{name} is larger than {MOST_BYTES:,} bytes, which is too much for a policy.", remedy)
    try:
        text = data.decode()
        if _DEEP_KEY.search(text):
            raise RequestError(f"{name} has a key of more than {_MOST_PARTS} parts.", remedy)
        return tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise RequestError(f"{name} is not TOML: {error}.", remedy) from error
    except ValueError as error:  # Python makes no number of thousands of digits
        raise RequestError(f"{name} holds a number or a date that is out of range.", remedy) from error


def _is_json(data: bytes, name: str) -> bool:
    """Whether a file that is no TOML was meant as JSON: by its name, or by what no TOML begins with."""
    return name.endswith(".json") or (data.lstrip().startswith(b"{") and not name.endswith(".toml"))
