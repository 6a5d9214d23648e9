"""The sections of the changelog, each of a version or of what is not released yet."""

from __future__ import annotations

import re

from tests.places import ROOT

UNRELEASED = "Unreleased"


def sections() -> list[str]:
    """What the sections are of, the newest first."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return re.findall(r"^## \[(.+?)\]", text, flags=re.MULTILINE)


def newest_section() -> str:
    """The version of the newest section, or that it has none yet."""
    return sections()[0]
