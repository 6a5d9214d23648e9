"""Compares whole outputs with the ones that were looked at and kept."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "snapshots"


def assert_as_kept(name: str, text: str) -> None:
    """Hold text against the kept file; with ``UPDATE_SNAPSHOTS=1`` in the environment keep this text instead."""
    path = FOLDER / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
