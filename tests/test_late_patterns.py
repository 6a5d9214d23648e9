"""Regular expressions that are compiled late behave as those of ``re``."""

from __future__ import annotations

import re

import pytest

from kerasinspect.late.patterns import late_pattern


def test_a_late_pattern_is_the_one_of_re() -> None:
    """It matches, with its flags, in texts and in bytes, and says what it was made of."""
    expression = r"(?P<letter>[a-z])\d"
    late, made = late_pattern(expression, re.IGNORECASE), re.compile(expression, re.IGNORECASE)
    assert late.sub(r"<\g<letter>>", "A1 b2 c") == made.sub(r"<\g<letter>>", "A1 b2 c") == "<A> <b> c"
    assert late.pattern == expression
    assert late.flags == made.flags
    assert late_pattern(rb"\d+").findall(b"1 and 22") == [b"1", b"22"]


def test_it_is_compiled_once_it_is_used() -> None:
    """A wrong one says so then, and what was asked for is kept."""
    late = late_pattern("a+")
    assert late.fullmatch is late.fullmatch
    wrong = late_pattern("(")
    with pytest.raises(re.error, match="unterminated subpattern"):
        wrong.match("")
