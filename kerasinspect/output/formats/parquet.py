"""Writes documents that are all alike as Parquet, a column for each key, over pyarrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from kerasinspect.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kerasinspect.output.formats.json import Document


def write_parquet(documents: Iterable[Document], keys: Sequence[str], stream: BinaryIO) -> None:
    """Write what documents have under some keys; raises MissingExtra without pyarrow."""
    try:
        from pyarrow import Table, parquet  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtra(
            "pyarrow is not installed, which writes Parquet.", "pip install 'kerasinspect[parquet]'"
        ) from error
    rows = [{key: document.get(key) for key in keys} for document in documents]
    parquet.write_table(Table.from_pylist(rows), stream)
