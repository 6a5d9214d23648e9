"""Patterns mean what the shell and Python's glob mean by them, and cost no more steps than there are names."""

from __future__ import annotations

import os
from dataclasses import replace
from glob import glob
from typing import TYPE_CHECKING

import pytest

from kerasinspect.errors import RefusedFile
from kerasinspect.formats.locating.patterns import expand
from kerasinspect.limits import DEFAULT
from tests.makers.special_files import forbidden

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("a.keras", "b.h5", ".hidden.keras", "sub/a.keras", "sub/deep/er/c.keras", ".git/a.keras", "x[1]/a.keras")
PATTERNS = (
    *("*", "*.keras", "./*.keras", "**/*.keras", "**", "sub/**", "sub/*/**", "sub/**/c.keras", "**/er/*.keras"),
    *("**/**/a.keras", "*/a.keras", "*/", "**/", ".*", "[ab].*", "[!a].*", "?.h5", "**/[d]*/**", "sub/../*.keras"),
    *("*/../*.keras", "**/../sub/*.keras", "x[[]1]/*", "none/*", "a.keras/*", "*/*/*/*", ".*/*.keras"),
    *("**/.hidden.keras", "./**", "sub//*.keras", "*/deep/er", "*/deep/none", "[z-a]", "[", "*[", "sub/./*.keras"),
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Some files in some folders."""
    for name in NAMES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("below", [True, False], ids=["absolute", "relative"])
def test_patterns_mean_what_they_mean_elsewhere(
    tree: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, *, below: bool
) -> None:
    """As Python's own expands them, each path once."""
    monkeypatch.chdir(tree)
    asked = f"{tree}{os.sep}{pattern}" if below else pattern
    found = [location.path for location in expand(asked, DEFAULT)]
    assert len(found) == len(set(found))
    expected = {os.path.normpath(path) for path in glob(asked, recursive=True)}  # noqa: PTH207 - ours is held against it
    assert {os.path.normpath(path) for path in found} == expected


def test_many_parts_cost_what_they_may_stand_for(tree: Path) -> None:
    """A pattern with thousands of characters that mean something is refused where it asks for too much, or answered."""
    for pattern in ("*a" * 2_000, "[ab]" * 1_000, "**/" * 1_300 + "*", "*/" * 2_000, "**/*a/" * 600, "[" * 4_000):
        expand(f"{tree}/{pattern}", replace(DEFAULT, pattern_characters=10_000))
    with pytest.raises(RefusedFile, match="limit folder_entries"):
        expand(f"{tree}{'/**/*e*' * 30}", replace(DEFAULT, folder_entries=20))
    with pytest.raises(RefusedFile, match=r"limit pattern_characters: 4,\d+, where 4,096 are allowed"):
        expand(f"{tree}/{'*a' * 2_050}", DEFAULT)


@pytest.mark.parametrize("pattern", ["*/*/a.keras", "*/sub/a.keras", "**/a.keras"])
def test_what_cannot_be_looked_at_on_the_way_is_said(tree: Path, pattern: str) -> None:
    """Nobody knows whether something in it fits."""
    with forbidden(tree / "sub", 0):
        errors = [location for location in expand(f"{tree}/../{tree.name}/{pattern}", DEFAULT) if location.error]
        assert errors or pattern.startswith("*/sub")
        assert all("may not be read" in location.error for location in errors)
