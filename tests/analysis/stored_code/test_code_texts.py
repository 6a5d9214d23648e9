"""What is read in stored code: characters, and nothing is unmarshalled or run."""

from __future__ import annotations

import marshal
import sys

from kerasinspect.analysis.stored_code.code_texts import LONGEST_TEXT, MOST_TEXTS, texts_in


def test_names_in_bytecode_are_read_without_unmarshalling() -> None:
    """The names that code uses stand in its bytes."""
    stored = marshal.dumps(compile("__import__('os').system('echo hello')", "train.py", "eval"))
    events: list[str] = []
    sys.addaudithook(lambda event, _: events.append(event) if event.startswith("marshal") else None)
    found = " ".join(texts_in(stored.decode("latin-1"), is_source=False))
    assert "system" in found
    assert "echo hello" in found
    assert events == []


def test_source_is_given_line_by_line() -> None:
    """Source code is text already."""
    assert texts_in("lambda x: (\n  x + 1)", is_source=True) == ("lambda x: (", "  x + 1)")


def test_long_code_is_cut() -> None:
    """Code cannot fill the page."""
    assert len(texts_in("\n".join(map(str, range(10_000))), is_source=True)) == MOST_TEXTS


def test_long_lines_are_cut() -> None:
    """One line of code cannot fill the page either."""
    for is_source in (True, False):
        (line,) = texts_in("x" * 10_001, is_source=is_source)
        assert len(line) == LONGEST_TEXT + 1
