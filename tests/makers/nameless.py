"""Broken bytes as a file without a name: what they would do to other readers is not known, so none may meet them."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def nameless(data: bytes) -> Iterator[Path]:
    """A path to the bytes that means something in this process alone, and only as long as the context."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        yield Path(f"/dev/fd/{file.fileno()}")
