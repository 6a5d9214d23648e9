"""What keys do, beyond what kept screens show: copying, findings, two models, and what cannot be read."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("textual", reason="the extra kerasinspect[browse] is not installed")

import numpy as np

from kerasinspect.commands.cli import run
from kerasinspect.errors import ClosedModel
from kerasinspect.shown.escaping import visible_name
from tests.browse.screens import after, session_of, settled, walk
from tests.makers.plain_models import archive_tree, config, hdf5, keras_archive, plain_layers
from tests.places import SAMPLES
from tests.terminals import on_posix, on_terminal

if TYPE_CHECKING:
    from pathlib import Path

    import h5py
    from textual.pilot import Pilot

    from kerasinspect.browse.app import BrowseApp

CNN = SAMPLES / "small_cnn.keras"


def test_names_and_pages_are_copied() -> None:
    """A path as --layer takes it, and the numbers as they are shown."""
    copied: list[str] = []

    async def script(app: BrowseApp, pilot: Pilot[None]) -> None:
        for key in ("down", "down", "right", "down"):
            await pilot.press(key)
        await settled(app, pilot)
        for key in ("y", "c"):
            await pilot.press(key)
            copied.append(app.clipboard)

    walk(session_of(CNN), script)
    assert copied[0] == "conv2d/kernel"
    assert "height 0   -0.1201  -0.0503  -0.1971" in copied[1]


def with_nan(file: h5py.File) -> None:
    """Put a NaN into the kernel of the second layer."""
    file["layers/dense_1/vars/0"][0, 1] = np.nan


def test_a_finding_leads_to_its_weight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules are asked only where somebody wants to know, and enter goes to the place of what they found."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.keras"
    path.write_bytes(keras_archive(weights=hdf5(archive_tree, with_nan)))
    assert "error   KI101 second/kernel" in after(["f"], session_of(path))
    shown = after(["f", "enter"], session_of(path))
    assert "kernel · get_weights()[2]" in shown
    assert "nan" in shown


@pytest.mark.parametrize(
    "name", ["[red]x[/]", "a\x1b[31mb", "a\u202eb", "::error::a", "long" * 3000, "[@click=quit]q[/]"]
)
def test_names_from_a_file_are_only_text(name: str, tmp_path: Path) -> None:
    """No name is markup, an escape, or longer than a line; it is shown as on any other page."""
    first, *others = plain_layers()
    first["config"]["name"] = name
    path = tmp_path / "model.keras"
    path.write_bytes(keras_archive(described=config(first, *others)))
    shown = after(["down", "down", "y"], session_of(path), (100, 24))
    assert visible_name(name)[:24] in shown
    assert not {"\x1b", "\u202e"} & {*shown}


def test_two_models_show_what_differs_and_how_each_is(tmp_path: Path) -> None:
    """The layers have their verdicts, and pages of both sides."""
    old, new = tmp_path / "old.keras", tmp_path / "new.keras"
    old.write_bytes(keras_archive())
    new.write_bytes(keras_archive(weights=hdf5(archive_tree, with_nan)))
    shown = after(["down", "down", "down", "right", "down"], session_of(old, new))
    assert "kernel  relative L2" in shown or "kernel  differs" in shown
    assert "1 Changes  2 Old  3 New" in shown
    assert "NaN: 0 → 1" in shown
    assert "Nothing differs." in after(["down", "down"], session_of(old, new))
    assert "nan" in after(["down", "down", "down", "3"], session_of(old, new))


@pytest.mark.parametrize("page", "1234")
def test_values_that_cannot_be_read_say_so_in_their_place(page: str, tmp_path: Path) -> None:
    """Of a file that was cut after it was opened the tree stays, and every page has the sentence."""
    path = tmp_path / "model.keras"
    shutil.copy(CNN, path)
    session = session_of(path)
    session.open()
    with path.open("r+b") as file:
        file.truncate(100)
    shown = after(["down", "down", "right", "down", page], session)
    assert "kernel" in shown
    assert "cannot be read" in shown


def test_quitting_ends_what_is_read() -> None:
    """Nobody waits for a reading of gigabytes whose page is not wanted any more."""
    session = session_of(CNN)

    async def script(_: BrowseApp, pilot: Pilot[None]) -> None:
        await pilot.press("q")

    walk(session, script)
    with pytest.raises(ClosedModel):
        session.report()


def test_a_page_that_reads_much_asks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of all values are read where somebody says so."""
    monkeypatch.setattr("kerasinspect.browse.app._ASKED_FROM", 100)
    asked = after(["down", "down", "4"], session_of(CNN))
    assert "Figures of all values: 448 B are read for it." in asked
    assert "minimum" not in asked
    assert "minimum" in after(["down", "down", "4", "r"], session_of(CNN))


def test_without_a_terminal_the_error_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe has no keys."""
    assert run(["browse", str(CNN)]) == 2
    assert "needs a terminal" in capsys.readouterr().err


def test_without_the_extra_the_error_says_how_to_have_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exact command."""
    monkeypatch.setitem(sys.modules, "textual", None)
    assert run(["browse", str(CNN)]) == 2
    assert "pip install 'kerasinspect[browse]'" in capsys.readouterr().err


@on_posix
def test_the_view_is_drawn_on_a_terminal_and_leaves_it(tmp_path: Path) -> None:
    """Quitting ends it with status 0; what is no model ends in status 3 before anything is drawn."""
    written, status = on_terminal("browse", str(CNN), typed=b"q")
    assert status == 0
    assert "small_cnn.keras  opening" in written
    nothing = tmp_path / "nothing.keras"
    nothing.write_bytes(b"nothing")
    written, status = on_terminal("browse", str(nothing))
    assert status == 3
    assert "\x1b[?1049h" not in written
