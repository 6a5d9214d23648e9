"""Writes documents as JSON Lines: one strict JSON document a line, as streams and logs take them.

Source: https://jsonlines.org, with ASCII only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from kerasinspect.output.formats.json import write_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kerasinspect.output.formats.json import Document


def write_jsonl(documents: Iterable[Document], stream: TextIO) -> None:
    """Write each document on a line of its own; none is asked for before the one before it is written.

    Raises ValueError for NaN and infinities, as ``write_json`` does.
    """
    for document in documents:
        write_value(document, None, stream.write)
        stream.write("\n")
