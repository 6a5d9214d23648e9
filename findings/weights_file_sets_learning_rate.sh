#!/usr/bin/env bash
# Keras 3.15.1: load_weights() sets the learning rate of a compiled model to the one of the model that saved the weights.
#
# Behaviour: save_weights("x.weights.h5") of a compiled model stores its optimizer as well, and one of the optimizer's
# variables is the learning rate. load_weights() puts it into the optimizer of the model that it loads into. With SGD
# without momentum, which has no state for each weight, this happens as soon as the model is compiled. With Adam it happens once the model
# has been trained a step; before that the optimizer is passed over, as the counts of variables differ.
#
# Surprise: who compiles with a small rate to fine-tune and then loads weights trains with the old rate. Nothing is said,
# and whether it happens depends on the class of the optimizer and on whether fit() came before.
#
# Standard output as seen:
#   SGD compiled with 1e-05, then load_weights: 0.1
#   SGD compiled with 1e-05, trained a step, then load_weights: 0.1
#   Adam compiled with 1e-05, then load_weights: 1e-05
#   Adam compiled with 1e-05, trained a step, then load_weights: 0.1
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


def compiled_model(optimizer, learning_rate):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(optimizer(learning_rate), "mse")
    return model


def train(model):
    model.fit(np.ones((8, 3)), np.ones((8, 2)), verbose=0)


rates = []
for optimizer in (keras.optimizers.SGD, keras.optimizers.Adam):
    source = compiled_model(optimizer, 0.1)
    train(source)
    source.save_weights("source.weights.h5")
    for steps in (0, 1):
        target = compiled_model(optimizer, 1e-5)
        for _ in range(steps):
            train(target)
        target.load_weights("source.weights.h5")
        rates.append(f"{float(target.optimizer.learning_rate):.4g}")
        trained = ", trained a step" * steps
        print(f"{optimizer.__name__} compiled with 1e-05{trained}, then load_weights: {rates[-1]}")
sys.exit(rates != ["0.1", "0.1", "1e-05", "0.1"])
PYTHON
