#!/usr/bin/env bash
# Keras 3.15.1: a Normalization that got its numbers by set_weights() does not use them until it is saved and loaded.
#
# Behaviour: the layer computes with a copy of its weights, which adapt() and the loaders of files renew and set_weights()
# does not. After set_weights() get_weights() gives the new mean and variance, and the layer still computes with 0 and 1.
# Saving writes the new numbers, so the model that is loaded from the file predicts something else than the one saved.
# clone_model() followed by set_weights(), the usual way to copy a model, gives such a model.
#
# Surprise: two models with equal configs and equal weights disagree, and a round trip through a file mends one of them.
#
# Standard output as seen:
#   adapted model:                    50 becomes 0.0
#   its clone, after set_weights():   50 becomes 50.0, equal weights True
#   the clone, saved and loaded:      50 becomes 0.0, equal weights True
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'jax==0.10.2' 'h5py==3.16.0' || exit 2

cd "$work"
KERAS_HOME="$work/home" KERAS_BACKEND=jax venv/bin/python -W ignore - <<'PYTHON'
import sys

import keras
import numpy as np


def value(model):
    return float(np.asarray(model(np.full((1, 1), 50.0, "float32")))[0, 0])


def equal(model, other):
    return all(map(np.array_equal, model.get_weights(), other.get_weights()))


layer = keras.layers.Normalization()
layer.adapt(np.array([[40.0], [60.0]], "float32"))
adapted = keras.Sequential([keras.Input((1,)), layer])

clone = keras.models.clone_model(adapted)
clone.set_weights(adapted.get_weights())
clone.save("clone.keras")
loaded = keras.saving.load_model("clone.keras")

print("adapted model:                    50 becomes", value(adapted))
print(f"its clone, after set_weights():   50 becomes {value(clone)}, equal weights {equal(adapted, clone)}")
print(f"the clone, saved and loaded:      50 becomes {value(loaded)}, equal weights {equal(adapted, loaded)}")
sys.exit([value(adapted), value(clone), value(loaded)] != [0, 50, 0] or not (equal(adapted, clone) and equal(adapted, loaded)))
PYTHON
