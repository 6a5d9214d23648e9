"""Values of a config: given where they are of the kind asked for, and None otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from kerasinspect.knowledge import serialized as values

CONFIG: dict[str, Any] = {
    "null": None,
    "three": 3,
    "minus": -3,
    "huge": 2**70,
    "half": 0.5,
    "nan": float("nan"),
    "text": "same",
    "yes": True,
    "pair": [1, 2],
    "mixed": [1, None],
    "object": {"a": 1},
}

CASES = [
    pytest.param(values.whole, ("absent", "null", "three"), 3, id="the-first-that-is-there"),
    pytest.param(values.whole, ("yes",), None, id="true-is-no-number"),
    pytest.param(values.whole, ("huge",), None, id="no-size"),
    pytest.param(values.whole, ("half",), None, id="no-integer"),
    pytest.param(values.size, ("minus",), None, id="no-negative-size"),
    pytest.param(values.number, ("three",), 3.0, id="an-integer-is-a-number"),
    pytest.param(values.number, ("nan",), None, id="nan-is-no-number"),
    pytest.param(values.word, ("text",), "same", id="text"),
    pytest.param(values.word, ("three",), None, id="no-text"),
    pytest.param(values.mapping, ("object",), {"a": 1}, id="object"),
    pytest.param(values.mapping, ("text",), {}, id="no-object"),
    pytest.param(values.whole_numbers, ("pair",), (1, 2), id="list"),
    pytest.param(values.whole_numbers, ("mixed",), None, id="a-list-with-null"),
    pytest.param(lambda config, key: values.repeated(config, 2, key), ("three",), (3, 3), id="one-for-all"),
    pytest.param(lambda config, key: values.repeated(config, 2, key), ("pair",), (1, 2), id="one-each"),
    pytest.param(lambda config, key: values.repeated(config, 3, key), ("pair",), None, id="too-few"),
    pytest.param(lambda config, key: values.flag(config, key, default=True), ("text",), True, id="default"),
    pytest.param(lambda config, key: values.flag(config, key, default=False), ("yes",), True, id="flag"),
]


@pytest.mark.parametrize(("take", "keys", "expected"), CASES)
def test_takes_a_value_only_of_the_kind_asked_for(take: Any, keys: tuple[str, ...], expected: object) -> None:  # noqa: ANN401 - any of the functions
    """Each function looks under its keys in turn and judges what it finds."""
    assert take(CONFIG, *keys) == expected
