"""Writes the tables of what a loader resolves, from the libraries that are installed: ``python -m tests.loader_names``.

It needs Keras, tf_keras and TensorFlow in their newest versions. Every module of them is imported and every name looked
at; nothing that a name refers to is called. ``--check`` writes nothing, and says what differs.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

import kerasinspect.analysis.stored_code.loader_names as tables
from tests.loader_names.tables import keras_module, keras_table, operation_module, tensorflow_module

FOLDER = Path(tables.__file__).parent


def main() -> int:
    """Write the tables, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; print what differs")
    check = parser.parse_args().check
    texts = {
        "keras_table.py": keras_module(keras_table()),
        "operation_table.py": operation_module(),
        "tensorflow_table.py": tensorflow_module(),
    }
    differs = False
    for name, text in texts.items():
        path = FOLDER / name
        before = path.read_text() if path.exists() else ""
        differs |= before != text
        if check:
            sys.stdout.writelines(difflib.unified_diff(lines(before), lines(text), name, name))
        else:
            path.write_text(text)
    return int(check and differs)


def lines(text: str) -> list[str]:
    """The lines of a text, each with its end."""
    return text.splitlines(keepends=True)


if __name__ == "__main__":
    sys.exit(main())
