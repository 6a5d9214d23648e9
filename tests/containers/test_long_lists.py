"""Long lists of a config are kept as their text, and are what Python's parser makes of it."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasinspect.containers import long_lists, strict_json
from kerasinspect.containers.long_lists import without_long_lists
from kerasinspect.containers.strict_json import parse_json
from kerasinspect.errors import DamagedFile
from kerasinspect.json_values import LongList

plain = (
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.integers()
    | st.text()
    | st.sampled_from(['"', "\\", "[", "]", '\\"', "[UNK]", '["', "{", ","])
)
values = st.recursive(
    plain | st.lists(plain, min_size=2, max_size=30) | st.lists(st.lists(plain, max_size=3), max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture(autouse=True, scope="module")
def _short_is_long() -> Any:  # noqa: ANN401 - a generator of nothing
    """Every list of more than a few bytes is a long one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_json, "_LARGE", 0)
        patch.setattr(long_lists, "_SHORTEST", 8)
        yield


def opened(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A value with ordinary lists in place of long ones."""
    if isinstance(value, dict):
        return {key: opened(inner) for key, inner in value.items()}
    return [*map(opened, value)] if isinstance(value, (list, LongList)) else value


@given(value=values, escaped=st.booleans(), indent=st.sampled_from([None, 1]))
def test_a_document_is_what_it_was(value: Any, *, escaped: bool, indent: int | None) -> None:  # noqa: ANN401
    """Whatever is in it, however it is written."""
    data = json.dumps(value, ensure_ascii=escaped, indent=indent).encode("utf-8", "surrogatepass")
    expected = outcome(data, with_long_lists=False)
    assert outcome(data, with_long_lists=True) == expected


@given(
    text=st.text(st.sampled_from('[]{},:"\\ 01.-eEu/nt\n\t'), max_size=60)
    | st.lists(st.sampled_from(["[", "]", ",", '"a"', "1", "-", "01", "1.", "NaN", "nul", " ", '"\\x"', "{", "}"])).map(
        "".join
    )
)
def test_what_is_no_json_is_none(text: str) -> None:
    """The same error, with the same place, where Python's parser finds one."""
    assert outcome(text.encode(), with_long_lists=True) == outcome(text.encode(), with_long_lists=False)


@pytest.mark.parametrize(
    "text", ["-L", "1L", "1.L", "1eL", "L5", "L.5", "Le5", "Le999", "LL", '"L', 'L"', "L-", "LL5", "-LL", "L 5", "L L"]
)
@pytest.mark.parametrize("around", ["{}", '{{"a": {}}}', "[{}]"])
def test_a_list_joins_nothing_beside_it(text: str, around: str) -> None:
    """What stands for it is a number, and is no part of another one."""
    data = around.format(text.replace("L", "[1, 2, 3, 4, 5]")).encode()
    assert outcome(data, with_long_lists=True) == outcome(data, with_long_lists=False)
    assert str(outcome(data, with_long_lists=True)).startswith("it is not JSON")


def outcome(data: bytes, *, with_long_lists: bool) -> object:
    """The value of a document, or the words of its error."""
    try:
        return repr(opened(parse_json(data, "it", with_long_lists=with_long_lists).value))
    except DamagedFile as error:
        return error.message


def test_a_list_gives_its_items() -> None:
    """By number, from behind, in slices, in turn, and from the end; a list is equal to one of the same items."""
    items = [*map(str, range(1000)), [1, 2.5, "["], math.inf]
    found = parse_json(json.dumps({"a": items}).encode(), "it", with_long_lists=True).value["a"]
    assert isinstance(found, LongList)
    assert len(found) == len(items)
    assert [*found] == [found[at] for at in range(len(found))] == items
    assert [*reversed(found)] == items[::-1]
    assert found[-1] == math.inf
    assert found[250:260] == items[250:260]
    assert found == items
    assert found == found[:]
    assert found != items[:-1]
    assert found != tuple(items)
    assert json.dumps(found, default=list) == json.dumps(items)
    with pytest.raises(IndexError):
        found[len(items)]


def test_what_ends_nowhere_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists inside one another, each as long as a row may be, and brackets alone."""
    monkeypatch.setattr(long_lists, "_SHORTEST", 32 << 10)
    for data in (
        (b"[" + (b"[0" + b",0" * 1022 + b"],") * 10) * 200,
        b"[" * 100_000,
        b'["' * 99_999,
        b'"' + b"[" * 9999,
    ):
        assert without_long_lists(data) == (data, {})
