#!/usr/bin/env bash
# Keras 3.15.1: a model compiled with Huber(delta=5) is trained on with Huber(delta=1) after saving and loading.
#
# Behaviour: Huber.get_config() has "name" and "reduction", and no "delta". A model loaded from a .keras or .h5 file has
# the default of 1, and its loss on the same data is another.
#
# Surprise: the argument that makes a Huber loss is the one that is missing. Nothing is raised or said, and training goes
# on with other gradients. Other losses with an argument of their own, such as Tversky, do save it.
#
# Standard output as seen:
#   Huber(delta=5): config ['name', 'reduction'], loss 37.5; of .keras 9.5, of .h5 9.5
#   Tversky(alpha=0.9): config ['alpha', 'axis', 'beta', 'name', 'reduction']
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'jax==0.10.2' 'h5py==3.16.0' || exit 2

cd "$work"
KERAS_HOME="$work/home" KERAS_BACKEND=jax venv/bin/python -W ignore - 2>/dev/null <<'PYTHON'
import sys

import keras
import numpy as np

inputs, targets = np.ones((4, 3)), np.full((4, 2), 10.0)


def loss_of(model):
    return float(model.evaluate(inputs, targets, verbose=0))


huber = keras.losses.Huber(delta=5.0)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, kernel_initializer="zeros")])
model.compile("sgd", huber)
losses = [loss_of(model)]
for path in ("model.keras", "model.h5"):
    model.save(path)
    losses.append(loss_of(keras.saving.load_model(path)))

config = sorted(huber.get_config())
tversky = sorted(keras.losses.Tversky(alpha=0.9).get_config())
print("Huber(delta=5): config {}, loss {}; of .keras {}, of .h5 {}".format(config, *losses))
print("Tversky(alpha=0.9): config", tversky)
sys.exit("delta" in config or "alpha" not in tversky or losses != [37.5, 9.5, 9.5])
PYTHON
