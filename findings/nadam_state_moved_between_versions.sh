#!/usr/bin/env bash
# Keras 3.5.0 and 3.15.1: a model that was compiled with Nadam cannot be opened by the later version.
#
# Behaviour: optimizer state is stored by number alone, in the order in which the variables were made. Nadam of 3.5.0
# makes its momentum product (a scalar, named only "variable") before the momentums and velocities; Nadam of 3.15.1
# makes it after them. So array 2 of a file of 3.5.0 is a scalar where 3.15.1 expects a kernel's momentum, and
# load_model() raises. Without the optimizer (compile=False) the same file opens, and its weights are right.
#
# Surprise: it takes only standard layers and a standard optimizer, the format and the count of variables are the same,
# and the state is not even wanted for prediction. Adam in place of Nadam opens in 3.15.1.
#
# Standard output as seen:
#   Keras 3.5.0: nadam has array 2 of shape (), of 7
#   Keras 3.5.0: adam has array 2 of shape (3, 2), of 6
#   Keras 3.15.1: nadam has array 2 of shape (3, 2), of 7
#   nadam.keras: ValueError; with compile=False: opened
#   adam.keras: opened; with compile=False: opened
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
cd "$work"
export KERAS_HOME="$work/home" KERAS_BACKEND=jax

venv/bin/pip install --quiet 'keras==3.5.0' 'jax==0.10.2' 'h5py==3.16.0' || exit 2
cat >make.py <<'PYTHON'
import sys

import keras

for name in sys.argv[1:]:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(name, "mse")
    model.optimizer.build(model.trainable_variables)
    model.save(f"{name}.keras")
    state = model.optimizer.variables
    print(f"Keras {keras.__version__}: {name} has array 2 of shape {tuple(state[2].shape)}, of {len(state)}")
PYTHON
venv/bin/python make.py nadam adam
mkdir old && mv nadam.keras adam.keras old

venv/bin/pip install --quiet 'keras==3.15.1' || exit 2
venv/bin/python make.py nadam
venv/bin/python - <<'PYTHON'
import sys

import keras


def outcome(name, **options):
    try:
        keras.saving.load_model(f"old/{name}.keras", **options)
    except ValueError:
        return "ValueError"
    return "opened"


seen = [(outcome(name), outcome(name, compile=False)) for name in ("nadam", "adam")]
for name, (compiled, bare) in zip(("nadam", "adam"), seen, strict=True):
    print(f"{name}.keras: {compiled}; with compile=False: {bare}")
sys.exit(seen != [("ValueError", "opened"), ("opened", "opened")])
PYTHON
