"""What a model of thousands of layers costs the view: counted is what is made, so that no clock has to be right."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("textual", reason="the extra kerasinspect[browse] is not installed")

from benchmarks.making.plain_archives import save_arrays
from kerasinspect.browse import model_subjects
from kerasinspect.browse.outline import Outline
from kerasinspect.browse.sessions import model_session
from kerasinspect.browse.subjects import Subject
from kerasinspect.browse.widgets.page_view import PageView
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import DEFAULT
from tests.browse.screens import screen, session_of, settled, walk
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.pilot import Pilot
    from textual.strip import Strip

    from kerasinspect.browse.app import BrowseApp

LAYERS = 1_000
LINES = 30
"""Lines of the screen."""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many subjects of a model were made, and of how many of them the facts were asked for."""
    counts: Counter[str] = Counter()

    def subject(*given: object, **named: object) -> Subject:
        counts["subjects"] += 1
        one = Subject(*given, **named)  # type: ignore[arg-type]
        facts = one.facts

        def counted() -> str:
            counts["facts"] += 1
            return facts()

        return replace(one, facts=counted)

    monkeypatch.setattr(model_subjects, "Subject", subject)
    return counts


def test_only_layers_on_the_screen_are_made(tmp_path: Path, made: Counter[str]) -> None:
    """The tree is filled with 1,000 layers, of which some thirty are looked at; so is its end, and one that opens."""
    save_arrays(tmp_path / "model.keras", 2 * LAYERS)
    counts: list[Counter[str]] = []

    async def script(app: BrowseApp, pilot: Pilot[None]) -> None:
        counts.append(made.copy())
        for key in ("end", "right", "home", "space", "space"):
            await pilot.press(key)
            await settled(app, pilot)
            counts.append(made.copy())
        assert len(app.query_one("LayerTree").outline.rows) == LAYERS + 4  # type: ignore[attr-defined]

    walk(session_of(tmp_path / "model.keras"), script, (110, LINES))
    assert counts[0]["subjects"] <= LINES + 1
    assert counts[-1]["subjects"] <= 2 * LINES + 4
    drawn = max(after["facts"] - before["facts"] for before, after in pairwise(counts))
    assert drawn <= 4 * LINES


def test_a_search_makes_every_subject_once_and_asks_for_no_facts(tmp_path: Path, made: Counter[str]) -> None:
    """A path is compared with what is typed; what stands behind a name is for the screen alone."""
    save_arrays(tmp_path / "model.keras", 2 * LAYERS)
    with ExitStack() as files:
        outline = Outline(model_session(str(tmp_path / "model.keras"), DEFAULT, files).begin())
        assert made == {"subjects": 1}
        for _ in range(3):
            assert outline.find(lambda subject: "nothing" in subject.path, outline.top) is None
        found = outline.find(lambda subject: subject.path == f"dense_{LAYERS - 1}/bias", outline.top)
        assert found is not None
        assert outline.reveal(found) == len(outline.rows) - 1
    assert made == {"subjects": 1 + 1 + 3 * LAYERS}  # the model, its input, and of each layer itself and two weights


def _branch(made: list[str], path: str, sizes: Sequence[int]) -> Callable[[], Subject]:
    """What makes a subject that holds as many others as the first size says, and these as the second one does."""

    def make() -> Subject:
        made.append(path)
        below = [_branch(made, f"{path}/{at}", sizes[1:]) for at in range(sizes[0])] if sizes else []
        return Subject(path, path, below=lambda: below, is_leaf=not below)

    return make


def test_opening_and_closing_makes_nothing() -> None:
    """Rows come and go as places; a leaf is not asked for what it holds."""
    made: list[str] = []
    outline = Outline(_branch(made, "top", (3, LAYERS))())
    outline.unfold(2)
    assert len(outline.rows) == 4 + LAYERS
    last = outline.rows[-2]
    outline.fold(2)
    assert len(outline.rows) == 4
    assert outline.reveal(last) == 2 + LAYERS
    outline.fold(0)
    outline.unfold(0)
    assert len(outline.rows) == 4 + LAYERS
    assert made == ["top", "top/1"]
    assert last.subject.path == f"top/1/{LAYERS - 1}"
    assert list(last.below) == []


def test_what_is_said_of_long_work_draws_its_own_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a file is opened the rest of the view stays as it is."""
    drawn: Counter[int] = Counter()
    render = PageView.render_line

    def counted(self: PageView, y: int) -> Strip:
        drawn[y] += 1
        return render(self, y)

    async def script(app: BrowseApp, pilot: Pilot[None]) -> None:
        view = app.query_one(PageView)
        for share in range(5):
            view.show([((f"opening {20 * share}%", "quiet"),)])
            await pilot.pause()
            if not share:  # which takes the place of a page
                monkeypatch.setattr(PageView, "render_line", counted)
        assert "opening 80%" in screen(app)

    walk(session_of(SAMPLES / "small_cnn.keras"), script)
    assert drawn.pop(0)
    assert sum(drawn.values()) <= LINES  # the picture that was looked at
