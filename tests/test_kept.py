"""Answers that are kept on disk: found again when nothing has changed, and never when anything has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.kept import Kept, clear, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def always(_: object) -> bool:
    """Every answer lasts."""
    return True


def asked_again(kept: Kept, question: str = "question", asked: object = ("show",)) -> bool:
    """Whether a question has to be asked, though it was asked before."""
    found: list[int] = []
    kept.answer(question, asked, lambda: found.append(1), always)
    return bool(found)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder of sources."""
    (tmp_path / "sources" / "inner").mkdir(parents=True)
    (tmp_path / "sources" / "one.py").write_text("1")
    (tmp_path / "sources" / "inner" / "two.json").write_text("2")
    return tmp_path / "sources"


def test_an_answer_is_found_once(tmp_path: Path, sources: Path) -> None:
    """By another process too, whatever of it is JSON."""
    answer = {"out": "\ud800 \x1b", "seconds": 0.5, "signal": None}
    assert Kept(tmp_path, fingerprint([sources])).answer("question", [], lambda: answer, always) == answer
    again = Kept(tmp_path, fingerprint([sources]))
    assert again.answer("question", [], lambda: pytest.fail("it was asked"), always) == answer


CHANGES: dict[str, Callable[[Path], object]] = {
    "another byte": lambda folder: (folder / "one.py").write_text("2"),
    "another file": lambda folder: (folder / "inner" / "three").write_text(""),
    "a file less": lambda folder: (folder / "one.py").unlink(),
    "another name": lambda folder: (folder / "one.py").rename(folder / "other.py"),
    "bytes that moved": lambda folder: [
        (folder / "one.py").write_text("12"),
        (folder / "inner/two.json").write_text(""),
    ],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_came_of_other_sources_is_found_again(
    tmp_path: Path, sources: Path, change: Callable[[Path], object]
) -> None:
    """Whatever is changed in any file of any folder, but not what Python leaves behind."""
    assert asked_again(Kept(tmp_path, fingerprint([sources])))
    (sources / "__pycache__").mkdir()
    (sources / "__pycache__" / "one.pyc").write_text("compiled")
    assert not asked_again(Kept(tmp_path, fingerprint([sources])))
    change(sources)
    assert asked_again(Kept(tmp_path, fingerprint([sources])))


def test_what_was_asked_otherwise_is_found_again(tmp_path: Path) -> None:
    """Another command is another question, and takes the place of the one before."""
    kept = Kept(tmp_path, "sources")
    assert asked_again(kept)
    assert asked_again(kept, asked=("show", "--json"))
    assert asked_again(kept, question="another one")
    assert asked_again(kept)
    assert not asked_again(kept)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["another one", "question"]


def test_another_package_makes_other_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """As does another Python."""
    before = fingerprint([])
    monkeypatch.setattr("sys.version", "4.0")
    assert fingerprint([]) != before
    monkeypatch.undo()
    assert fingerprint([]) == before
    monkeypatch.setattr("importlib.metadata.distributions", list)
    assert fingerprint([]) != before


@pytest.mark.parametrize("keep", [0, 31, 32, 40])
def test_a_broken_answer_is_found_again(tmp_path: Path, keep: int) -> None:
    """A file that was cut is no answer."""
    kept = Kept(tmp_path, "sources")
    assert asked_again(kept)
    os.truncate(tmp_path / "question", keep)
    assert asked_again(kept)
    assert not asked_again(kept)


def test_an_answer_that_does_not_last_is_found_again(tmp_path: Path) -> None:
    """What the machine had a part in may be otherwise the next time."""
    kept = Kept(tmp_path, "sources")
    assert kept.answer("question", [], lambda: 1, lambda _: False) == 1
    assert kept.answer("question", [], lambda: 2, always) == 2


def test_what_is_no_longer_asked_is_cleared_away(tmp_path: Path) -> None:
    """But not what another process may be about to put into its place."""
    for name in ("asked", "old", "new"):
        (tmp_path / name).write_text(name)
        if name != "new":
            os.utime(tmp_path / name, (0, 0))
    clear(tmp_path, ["asked"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["asked", "new"]
