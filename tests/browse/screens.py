"""Runs the view without a terminal, presses keys, and reads what is on the screen."""

from __future__ import annotations

import asyncio
import re
from contextlib import ExitStack
from html import unescape
from typing import TYPE_CHECKING

from kerasinspect.browse.app import BrowseApp
from kerasinspect.browse.sessions import Session, diff_session, model_session
from kerasinspect.limits import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from pathlib import Path

    from textual.pilot import Pilot

    Script = Callable[[BrowseApp, Pilot[None]], Awaitable[None]]

_TEXT = re.compile(r'<text class="[^"]*-matrix|<text class="([^"]*)" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>')
_LINE = re.compile(r'clip-path="url\(#[^"]*-line-(\d+)\)"')
_COLUMN = 12.2
"""Units of a picture that a column takes."""


async def settled(app: BrowseApp, pilot: Pilot[None]) -> None:
    """Wait until a page is drawn and nothing is read any more."""
    while app.is_opening:
        await pilot.pause(0.02)
    await pilot.pause(0.08)
    await app.workers.wait_for_complete()
    await pilot.pause()
    await app.workers.wait_for_complete()  # what the page itself reads
    await pilot.pause()


def screen(app: BrowseApp) -> str:
    """The text on the screen, line by line, without colours."""
    lines: dict[int, str] = {}
    for element in re.findall(r"<text[^>]*>[^<]*</text>", app.export_screenshot()):
        at, start = _LINE.search(element), re.search(r' x="([\d.]+)"', element)
        if at and start:
            text = unescape(re.sub(r"<[^>]*>", "", element)).replace("\N{NO-BREAK SPACE}", " ")
            line, column = int(at[1]), round(float(start[1]) / _COLUMN)
            lines[line] = lines.get(line, "").ljust(column) + text
    return "\n".join(lines.get(at, "").rstrip() for at in range(max(lines) + 1))


def walk(session: Session, script: Script, size: tuple[int, int] = (110, 30)) -> None:
    """Let a script use the view of a session, which is closed then."""

    async def run() -> None:
        app = BrowseApp(session)
        async with app.run_test(size=size) as pilot:
            await settled(app, pilot)
            await script(app, pilot)

    asyncio.run(run())


def session_of(location: Path | str, new: Path | str | None = None) -> Session:
    """A session of one model or two."""
    files = ExitStack()
    if new is None:
        return model_session(str(location), DEFAULT, files)
    return diff_session(str(location), str(new), DEFAULT, files)


def after(keys: Iterable[str], session: Session, size: tuple[int, int] = (110, 30)) -> str:
    """What is on the screen after some keys."""
    seen: list[str] = []

    async def script(app: BrowseApp, pilot: Pilot[None]) -> None:
        for key in keys:
            await pilot.press(key)
            await settled(app, pilot)
        seen.append(screen(app))

    walk(session, script, size)
    session.close()
    return seen[0]
