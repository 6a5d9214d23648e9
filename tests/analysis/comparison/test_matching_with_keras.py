"""Layers of a transformer that the real Keras built a second time, in another order, are matched by what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore")


def test_renamed_and_shuffled_transformer(keras: Any, tmp_path: Path) -> None:  # noqa: ANN401 - Keras has no types
    """At least 99 % of the layers are matched rightly, none wrongly, and none of an unrelated model by values."""
    from tests.measure_matching import measured, transformer

    keras.utils.set_random_seed(0)
    for case, found in measured(transformer(2, 32), tmp_path, 0, noises=(0.1, 1)):
        assert not found.wrong + found.wrong_others or case["way"] == "unrelated", (case, found.mistakes)
        if case["way"] == "unrelated":
            assert not found.ways["values"]
        elif "alone" not in case["way"]:
            assert found.right >= 0.99 * (found.right + found.alone), (case, found.mistakes)
