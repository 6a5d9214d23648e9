"""Makes the models: ``python -m tests.makers.shapes.making FOLDER [NAME...]``, run by an environment with a Keras."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.makers.positions.kit import keras
from tests.makers.positions.making import randomised
from tests.makers.shapes.models import MODELS

SUFFIXES = (".keras", ".h5")


def make(name: str, folder: Path) -> None:
    """One model in both formats, with other numbers in every array."""
    keras.backend.clear_session()
    model = randomised((MODELS[name](), None))
    for suffix in SUFFIXES:
        model.save(folder / f"{name}{suffix}")


def main() -> None:
    """Make the models that are asked for, or all."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or MODELS:
        try:
            make(name, folder)
        except Exception as error:  # noqa: BLE001 - what a Keras cannot make or save is left out
            sys.stderr.write(f"{name}: {type(error).__name__}: {str(error)[:300]}\n")


if __name__ == "__main__":
    main()
