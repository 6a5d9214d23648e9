"""What the interactive view shows, and what its keys do."""

from __future__ import annotations

import pytest

pytest.importorskip("textual", reason="the extra kerasinspect[browse] is not installed")

from tests.browse.screens import after, session_of
from tests.output.snapshots import assert_as_kept
from tests.places import SAMPLES

CNN = SAMPLES / "small_cnn.keras"

SCREENS = {
    "model": ((), (110, 30)),
    "layers": (("2",), (110, 30)),
    "layer": (("down", "down"), (110, 30)),
    "weight": (("down", "down", "right", "down"), (110, 30)),
    "heat_map": (("down", "down", "right", "down", "2"), (110, 30)),
    "histogram": (("down", "down", "right", "down", "3"), (110, 30)),
    "figures": (("down", "down", "right", "down", "4"), (110, 30)),
    "explanation": (("down", "down", "right", "down", "5"), (110, 30)),
    "table": (("down", "down", "right", "down", "enter", "right", "down", "down"), (80, 30)),
    "no_weights": (("down", "2"), (110, 12)),
    "narrow": (("down", "down", "right"), (40, 30)),
    "keys": (("question_mark",), (80, 40)),
    "keys_narrow": (("question_mark",), (60, 50)),
    "search": (("slash", *"gamma"), (110, 30)),
    "zoomed": (("z",), (110, 20)),
}


@pytest.mark.parametrize(("keys", "size"), SCREENS.values(), ids=SCREENS)
def test_screens_are_as_they_were_looked_at(
    keys: tuple[str, ...], size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    """Every part of the screen, after some keys."""
    assert_as_kept(f"browse_{request.node.callspec.id}.txt", after(keys, session_of(CNN), size) + "\n")
