"""Moving through the table of a weight, what is there before a model is open, and the sides of a narrow screen."""

from __future__ import annotations

import asyncio
import re
from contextlib import ExitStack
from threading import Event
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("textual", reason="the extra kerasinspect[browse] is not installed")

import numpy as np

from kerasinspect.browse.app import BrowseApp
from kerasinspect.browse.sessions import model_session
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import DEFAULT, with_limits
from tests.browse.screens import after, screen, session_of, settled, walk
from tests.makers.plain_models import archive_tree, hdf5, keras_archive
from tests.places import SAMPLES
from tests.terminals import on_posix, on_terminal

if TYPE_CHECKING:
    from pathlib import Path

    import h5py
    from textual.pilot import Pilot

    from kerasinspect.browse.subjects import Subject

CNN = SAMPLES / "small_cnn.keras"
KERNEL = ("down", "down", "right", "down", "enter")
"""Keys that lead into the table of the first kernel."""


def test_the_cursor_moves_to_the_ends_and_to_an_index_and_its_value_is_copied() -> None:
    """Lines, columns, an index and one that does not exist; escape leads back to the tree."""
    told: list[str] = []
    moves = (KERNEL, ("G", "dollar_sign"), ("g", "circumflex_accent"), ("i", *"1 2 0 3", "enter"), ("i", "9", "enter"))

    async def script(app: BrowseApp, pilot: Pilot[None]) -> None:
        for keys in moves:
            await pilot.press(*("space" if key == " " else key for key in keys))
            await settled(app, pilot)
            told.append(next(line for line in screen(app).splitlines() if "] = " in line).split("▕")[1].split("=")[0])
        await pilot.press("v", "y")
        told.append(app.clipboard)
        await pilot.press("escape", "down")
        await settled(app, pilot)
        told.append(screen(app))

    walk(session_of(CNN), script)
    indices = [one.strip() for one in told[:5]]
    assert indices == ["[0, 0, 0, 0]", "[2, 2, 2, 3]", "[0, 0, 0, 0]", "[1, 2, 0, 3]", "[1, 2, 0, 3]"]
    assert told[5] == "conv2d/kernel"
    assert "bias · get_weights()[1]" in told[6]


def test_the_value_under_the_cursor_is_copied_with_all_its_digits() -> None:
    """Those of the file, not those that the table has room for."""
    copied: list[str] = []

    async def script(app: BrowseApp, pilot: Pilot[None]) -> None:
        await pilot.press(*KERNEL, "right", "down")
        await settled(app, pilot)
        await pilot.press("v")
        copied.append(app.clipboard)

    walk(session_of(CNN), script)
    from kerasinspect import open_model

    with open_model(CNN) as model:
        value = model.weights[0].array[1, 1, 0, 0]
    assert copied == [str(value)]


def _large(file: h5py.File) -> None:
    """Make the first kernel one of 40 GB, of which one value was ever written."""
    del file["layers/dense/vars/0"]
    kernel = file.create_dataset("layers/dense/vars/0", (100_000, 100_000), "f4", chunks=(512, 512))
    kernel[99_999, 99_999] = np.float32(0.75)


def test_the_end_of_an_array_of_gigabytes_is_there_at_once(tmp_path: Path) -> None:
    """Page down, the last line and the last column read what is on the screen."""
    path = tmp_path / "model.keras"
    path.write_bytes(keras_archive(weights=hdf5(archive_tree, _large)))
    limits = with_limits(DEFAULT, ("inflated_ratio=1000000",))
    session = model_session(str(path), limits, ExitStack())
    shown = after([*KERNEL, "pagedown", "G", "dollar_sign"], session)
    assert "[99999, 99999] = 0.75" in shown
    assert re.search(r"input 99999 .* 0\.7500 *$", shown, re.MULTILINE)


def test_the_first_screen_waits_for_no_model() -> None:
    """The name of the file and the keys are there while it is opened, then what it holds."""
    is_free, session, seen = Event(), session_of(CNN), []
    begin = session.begin

    def late() -> Subject:
        is_free.wait()
        return begin()

    async def run() -> None:
        app = BrowseApp(replace(session, begin=late))
        async with app.run_test(size=(80, 12)) as pilot:
            await pilot.pause(0.05)
            seen.append(screen(app))
            await pilot.press("f", "down", "z", "z", "1")
            is_free.set()
            await settled(app, pilot)
            seen.append(screen(app))

    asyncio.run(run())
    assert "small_cnn.keras  opening" in seen[0]
    assert "? keys  q quit" in seen[0]
    assert "batch_normalization" not in seen[0]
    assert "batch_normalization" in seen[1]


@on_posix
def test_what_cannot_be_opened_ends_the_view_with_its_sentence(tmp_path: Path) -> None:
    """An archive that is broken is told on the screen that was there before."""
    path = tmp_path / "broken.keras"
    path.write_bytes(CNN.read_bytes()[:2000])
    written, status = on_terminal("browse", str(path))
    assert status == 3
    assert "broken.keras" in written.rpartition("\x1b[?1049l")[2]


@pytest.mark.parametrize("width", [40, 60, 80])
def test_what_has_no_room_at_the_side_has_a_sign_of_it(width: int) -> None:
    """The first keys at the foot lead to all others; names in the tree end in a mark where they are cut."""
    shown = after(("down", "down", "down"), session_of(CNN), (width, 24)).splitlines()
    assert shown[-1].startswith(" ? keys  q quit  / search")
    assert shown[-1].endswith("…")
    layers = [line.split("▕")[0].rstrip() for line in shown if "batch_norm" in line and "[" not in line.split("▕")[0]]
    assert all(line.endswith(("…", "BatchNormalization")) for line in layers if line.startswith("▸"))
    assert layers
