"""Text from a file shows itself and does nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasinspect.shown.escaping import columns_of, visible

SEEN = [
    pytest.param("dense_1", "dense_1", id="plain"),
    pytest.param("Größe 大きさ ×", "Größe 大きさ ×", id="other scripts"),
    pytest.param("a\x1b[31mb", r"a\x1b[31mb", id="terminal escape"),
    pytest.param("a\x9b31mb", r"a\x9b31mb", id="C1 control"),
    pytest.param("a\nb\rc\td", r"a\x0ab\x0dc\x09d", id="newlines and tabs"),
    pytest.param("a\x00b\x7f", r"a\x00b\x7f", id="NUL and DEL"),
    pytest.param("a\u202eb\u2066c", r"a\u202eb\u2066c", id="text direction"),
    pytest.param("a\u200bb\ufeffc\u2060", r"a\u200bb\ufeffc\u2060", id="no width"),
    pytest.param("a\u00a0b\u3000c", r"a\xa0b\u3000c", id="odd spaces"),
    pytest.param("a\u2028b", r"a\u2028b", id="line separator"),
    pytest.param("a\ud800b", r"a\ud800b", id="lone surrogate"),
    pytest.param("a\U000e0041b", r"a\U000e0041b", id="tag character"),
    pytest.param("a\ufe0fb\u3164", r"a\ufe0fb\u3164", id="invisible though printable"),
    pytest.param("a" + "\u0301" * 5, "a" + "\u0301" * 3 + r"\u0301\u0301", id="piled marks"),
    pytest.param("::error::x", r"\x3a:error::x", id="command at the start"),
    pytest.param("  ::error::x", r"  \x3a:error::x", id="command after spaces"),
    pytest.param("a::b", "a::b", id="colons inside"),
    pytest.param("a ##[error]x", r"a #\x23[error]x", id="command inside"),
    pytest.param("##VSO[task]", r"#\x23VSO[task]", id="Azure command"),
    pytest.param("##teamcity[x]", r"#\x23teamcity[x]", id="TeamCity command"),
    pytest.param("## heading", "## heading", id="two hashes"),
    pytest.param("[red]a[/]", "[red]a[/]", id="markup stays"),
]


@pytest.mark.parametrize(("text", "seen"), SEEN)
def test_shows_every_character(text: str, seen: str) -> None:
    """What is printable stays, everything else becomes an escape."""
    assert visible(text) == seen


def test_says_how_much_of_a_long_name_is_missing() -> None:
    """A name over the limit is cut, with the number of characters that are not shown."""
    assert visible("a" * 5000, 200) == "a" * 200 + "… (4,800 more characters)"


@given(st.text())
def test_never_leaves_anything_that_acts(text: str) -> None:
    """Whatever the text, the result is printable, on one line, encodable, and starts no command."""
    seen = visible(text)
    assert seen.isprintable()
    seen.encode("utf-8")
    assert not seen.lstrip().startswith("::")
    assert "##[" not in seen
    assert visible(seen) == seen


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("大きさ", 6), ("e\u0301", 1)])
def test_counts_the_columns_of_a_terminal(text: str, columns: int) -> None:
    """Wide characters take two columns and combining marks none."""
    assert columns_of(text) == columns
