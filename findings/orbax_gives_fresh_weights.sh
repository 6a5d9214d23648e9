#!/usr/bin/env bash
# Keras 3.15.1: load_model() on the Orbax folder of a Sequential model gives fresh weights, and says nothing about it.
#
# Behaviour: keras.callbacks.OrbaxCheckpoint writes the folder during fit(). load_model() on the folder succeeds, but
# each array of a Sequential is a newly initialised one. A functional model of the same layer comes back exactly.
#
# Surprise: nothing is wrong with the folder: load_weights() of it into the model that was trained restores each array.
# Variables are matched by path. The trained Sequential has its own name in its paths (sequential/dense/kernel), the
# one that load_model() builds from the config has not (dense/kernel), and what finds no partner is passed over without
# an error or a warning. A .keras file of the same model, which knows no paths, restores everything.
#
# Standard output as seen:
#   Sequential: sequential/dense/kernel becomes dense/kernel
#     equal weights: load_model of Orbax False, load_weights of Orbax True, load_model of .keras True
#   Functional: dense/kernel becomes dense/kernel
#     equal weights: load_model of Orbax True, load_weights of Orbax True, load_model of .keras True
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'jax==0.10.2' 'h5py==3.16.0' 'orbax-checkpoint==0.12.8' || exit 2

cd "$work"
KERAS_HOME="$work/home" KERAS_BACKEND=jax venv/bin/python -W ignore - <<'PYTHON'
import os
import sys

import keras
import numpy as np


def round_trips(model):
    kind = type(model).__name__
    folder, file = os.path.abspath(kind), f"{kind}.keras"
    model.compile("sgd", "mse")
    callback = keras.callbacks.OrbaxCheckpoint(folder)
    model.fit(np.ones((8, 3)), np.ones((8, 2)), verbose=0, callbacks=[callback])
    model.save(file)
    trained = model.get_weights()
    reloaded = keras.saving.load_model(folder)
    path = model.variables[0].path
    model.set_weights([np.zeros_like(array) for array in trained])
    model.load_weights(folder)
    results = [
        all(map(np.array_equal, trained, other.get_weights()))
        for other in (reloaded, model, keras.saving.load_model(file))
    ]
    print(f"{kind}: {path} becomes {reloaded.variables[0].path}")
    print("  equal weights: load_model of Orbax {}, load_weights of Orbax {}, load_model of .keras {}".format(*results))
    return results


dense = keras.layers.Dense(2, name="dense")
sequential = round_trips(keras.Sequential([keras.Input((3,)), dense]))
inputs = keras.Input((3,))
functional = round_trips(keras.Model(inputs, keras.layers.Dense(2, name="dense")(inputs)))
sys.exit((sequential, functional) != ([False, True, True], [True, True, True]))
PYTHON
