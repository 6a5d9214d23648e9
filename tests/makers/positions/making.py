"""Makes the models, run by an environment with a Keras.

``python -m tests.makers.positions.making FOLDER [CONSTRUCT...]`` needs that Keras, numpy and h5py, and nothing of ours
but this folder and ``tests.oracles.truth``. Beside the models it writes ``truth.json``: by file the layers, and the
weights in the order of the live model's ``get_weights()``, and of the loaded one's where that is another.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from tests.makers.positions.constructs import CONSTRUCTS
from tests.makers.positions.kit import KERAS_3, keras
from tests.makers.positions.quantized import WITHOUT_LORA
from tests.oracles.truth import described, inside, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.makers.positions.kit import Made

Json = dict[str, Any]

STEPS = 3


def fresh(made: Made) -> Any:
    """The model with what its initializers gave: many of its arrays are equal."""
    return made[0]


def randomised(made: Made) -> Any:
    """The model with other numbers in every array."""
    random = np.random.default_rng(0)
    for number, variable in enumerate(made[0].weights):
        dtype = str(keras.backend.standardize_dtype(variable.dtype)) if KERAS_3 else variable.dtype.base_dtype.name
        variable.assign(values(random, number, tuple(variable.shape), dtype))
    return made[0]


def values(random: np.random.Generator, number: int, shape: tuple[int, ...], dtype: str) -> Any:
    """Numbers of this shape that no other array has."""
    if dtype == "bool":
        return np.ones(shape, dtype)
    if "int" in dtype:
        return np.full(shape, number + 1, dtype) if not shape else random.integers(1, 100, shape).astype(dtype)
    return (random.uniform(0.1, 1, shape) + number).astype("float32")


def trained(made: Made) -> Any:
    """The model after a few steps of Adam, whose state is saved with it."""
    model, batch = made
    outputs = model(batch)
    targets = [np.ones(tuple(one.shape), "float32") for one in (outputs if isinstance(outputs, list) else [outputs])]
    model.compile("adam", "mse", run_eagerly=True)
    for _ in range(STEPS):
        model.train_on_batch(batch, targets if isinstance(outputs, list) else targets[0])
    return model


VARIANTS: dict[str, Callable[[Made], Any]] = {"fresh": fresh, "randomised": randomised, "trained": trained}
SUFFIXES = (".keras", ".weights.h5", ".h5") if KERAS_3 else (".keras", ".weights.h5", ".h5", ".legacy.h5")


def save(model: Any, path: Path) -> None:
    """Save a model in the format of a name's ending; ``.legacy.h5`` is Keras 2's file of weights alone."""
    if path.name.endswith(".legacy.h5"):
        model.save_weights(path, save_format="h5")
    elif path.name.endswith(".weights.h5"):
        model.save_weights(path)
    else:
        model.save(path)


def loaded(construct: str, path: Path) -> list[Json] | None:
    """The weights of the model as Keras loads it; None where it cannot, or where the live model is what fits."""
    try:
        if path.name.endswith((".weights.h5", ".legacy.h5")):
            return fitted(construct, path)
        return described(keras.saving.load_model(path, compile=False))
    except Exception:  # noqa: BLE001 - many a custom layer cannot be made again from its config
        return None


def fitted(construct: str, path: Path) -> list[Json] | None:
    """The weights of the model without LoRA factors that a file of merged weights is loaded into."""
    if construct not in WITHOUT_LORA:
        return None
    model, _ = WITHOUT_LORA[construct]()
    model.load_weights(path)
    return described(model)


def answer(construct: str, model: Any, path: Path) -> Json:
    """The row of ``truth.json`` for a file that was just saved."""
    live, left = described(model), stored(path)
    for weight in live:
        weight["stored"] = left[weight["sha256"]] > 0
        left[weight["sha256"]] -= 1
    again = loaded(construct, path)
    differs = again is not None and [one["sha256"] for one in again] != [one["sha256"] for one in live]
    return {"layers": dict(inside(model)), "weights": live, "loaded": again if differs else None}


def rows(construct: str, variant: str, folder: Path) -> Iterator[tuple[str, Json]]:
    """The answer for each file that could be made, and the reason for each that could not."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    name = f"{construct}.{variant}"
    try:
        model = VARIANTS[variant](CONSTRUCTS[construct]())
    except Exception as error:  # noqa: BLE001 - what a Keras cannot make is part of the answer
        yield name, {"not_made": f"{type(error).__name__}: {str(error)[:300]}"}
        return
    for suffix in SUFFIXES:
        path = folder / (name + suffix)
        try:
            save(model, path)
            yield path.name, answer(construct, model, path)
        except Exception as error:  # noqa: BLE001 - likewise
            path.unlink(missing_ok=True)
            yield path.name, {"not_made": f"{type(error).__name__}: {str(error)[:300]}"}


def main() -> None:
    """Make all models, or those of the constructs that are named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    truth = folder / "truth.json"
    known = json.loads(truth.read_text()) if truth.exists() else {"files": {}}
    known["versions"] = {"keras": keras.__version__, "library": keras.__name__, "h5py": h5py.__version__}
    for construct in sys.argv[2:] or CONSTRUCTS:
        for variant in VARIANTS:
            known["files"].update(rows(construct, variant, folder))
        truth.write_text(json.dumps(known, indent=1))


if __name__ == "__main__":
    main()
