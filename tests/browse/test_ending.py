"""How the view and what lies above it end: once, in order, and with the status that says so."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("textual", reason="the extra kerasinspect[browse] is not installed")

from tests.browse.screens import session_of, settled, walk
from tests.places import SAMPLES
from tests.terminals import on_posix, on_terminal

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from kerasinspect.browse.app import BrowseApp

CNN, FLAWED = SAMPLES / "small_cnn.keras", SAMPLES / "question_network.keras"

LEFT, SHOWN = "\x1b[?1049l", "\x1b[?25h"
"""What leaves the other screen of a terminal, and what shows its cursor."""

READY = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it is left out, by the view too
from kerasinspect.browse.app import BrowseApp
from kerasinspect.commands.cli import run_as_program

def on_ready(self):
    {does}

BrowseApp.on_ready = on_ready
sys.argv[1:] = ["browse", {model!r}]
sys.exit(run_as_program())
"""
"""The program, with something that happens once the view is on the screen."""


@pytest.mark.parametrize("leaves", ["enter", "escape"])
@pytest.mark.parametrize("opens", ["f", "question_mark"])
def test_a_key_that_leaves_a_screen_may_come_twice(opens: str, leaves: str) -> None:
    """The second one, pressed before the screen is gone, does nothing."""

    async def script(app: BrowseApp, pilot: Pilot[None]) -> None:
        below = app.screen
        await pilot.press(opens)
        await settled(app, pilot)
        assert app.screen is not below
        app.simulate_key(leaves)
        app.simulate_key(leaves)
        await settled(app, pilot)
        assert app.screen is below
        assert app.return_code is None

    walk(session_of(FLAWED), script)


@on_posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_gives_the_terminal_back(name: str) -> None:
    """The view ends as by its own key, and the process by the signal, so that the caller sees that."""
    code = READY.format(does=f"os.kill(os.getpid(), {int(getattr(signal, name))})", model=str(CNN))
    written, status = on_terminal(program=("-c", code))
    assert LEFT in written
    assert written.rfind(SHOWN) > written.rfind("\x1b[?25l")
    assert status == -getattr(signal, name)


@on_posix
def test_a_view_that_breaks_down_is_no_success() -> None:
    """Whatever the library does with an error of ours, the process does not end as if all had been well."""
    written, status = on_terminal(program=("-c", READY.format(does="raise LookupError('broken')", model=str(CNN))))
    assert LEFT in written
    assert "LookupError" in written
    assert status == 1
