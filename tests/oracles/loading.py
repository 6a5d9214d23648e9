"""Loads models with the real Keras: ``python -m tests.oracles.loading FOLDER``, run by an environment with a Keras.

It prints, as JSON by file, the error that Keras refuses it with, or the SHA-256 of each of its ``get_weights()``. It
needs that Keras and numpy, and nothing of ours but the kit of ``tests.makers.positions``.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.makers.positions.kit import KERAS_3, keras

Answer = dict[str, Any]

OPTIONS: dict[str, Any] = {"compile": False, "safe_mode": False} if KERAS_3 else {"compile": False}
"""The models are our own, so that their Lambda may be loaded."""


def loaded(path: Path) -> Answer:
    """What Keras says of one file."""
    keras.backend.clear_session()
    options = OPTIONS | ({"safe_mode": False} if path.suffix == ".keras" else {})
    try:
        model = keras.saving.load_model(path, **options)
    except Exception as error:  # noqa: BLE001 - whatever it is, the file is refused
        return {"refused": f"{type(error).__name__}: {str(error)[:200]}"}
    return {"weights": [sha256(one.tobytes() + str(one.shape).encode()).hexdigest() for one in model.get_weights()]}


def main() -> None:
    """Load every file of a folder."""
    files = sorted(path for path in Path(sys.argv[1]).iterdir() if path.suffix in {".keras", ".h5"})
    sys.stdout.write(json.dumps({path.name: loaded(path) for path in files}))


if __name__ == "__main__":
    main()
