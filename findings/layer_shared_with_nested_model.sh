#!/usr/bin/env bash
# Keras 3.15.1: a model that shares a layer with a model nested in it saves as .keras, and load_model() refuses the file.
#
# Behaviour: a Dense is in an inner model, and the outer model calls it once more. The .keras file has its arrays once,
# which is right, but the config has the layer twice. From that load_model() builds two layers, has arrays for one of them
# and raises ValueError for the other. An .h5 file of the same model has the arrays twice and loads, as a model with two
# layers and twice the weights, no longer shared.
#
# Surprise: neither format gives the model back, save() gives no sign of it, and two towers that share a layer are what
# the functional API is for.
#
# Standard output as seen:
#   in memory: 2 arrays
#   model.keras: Layer 'shared' expected 2 variables, but received 0 variables during loading.
#   model.h5: 4 arrays, equal outputs True
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'jax==0.10.2' 'h5py==3.16.0' || exit 2

cd "$work"
KERAS_HOME="$work/home" KERAS_BACKEND=jax venv/bin/python -W ignore - 2>/dev/null <<'PYTHON'
import re
import sys

import keras
import numpy as np

shared = keras.layers.Dense(3, name="shared")
inner = keras.Sequential([keras.Input((3,)), shared], name="inner")
inputs = keras.Input((3,))
model = keras.Model(inputs, shared(inner(inputs)))
model.save("model.keras")
model.save("model.h5")

try:
    keras.saving.load_model("model.keras")
    refusal = None
except ValueError as error:
    refusal = re.search(r"Layer 'shared' expected .* during loading\.", str(error))
loaded = keras.saving.load_model("model.h5")
sample = np.ones((1, 3), "float32")
equal = np.allclose(model(sample), loaded(sample))

print("in memory:", len(model.weights), "arrays")
print("model.keras:", refusal[0] if refusal else "no refusal")
print(f"model.h5: {len(loaded.weights)} arrays, equal outputs {equal}")
sys.exit(not (refusal and (len(model.weights), len(loaded.weights)) == (2, 4) and equal))
PYTHON
