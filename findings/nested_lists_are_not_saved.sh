#!/usr/bin/env bash
# Keras 3.14.1: of layers in a list of lists the optimizer's state is saved and the weights are not.
#
# Behaviour: a custom layer keeps four Dense layers in [[...], [...]]. All are built, trained and counted in get_weights(),
# but the writer of .keras looks for layers in a list and not in a list within it, so eight of the ten trained arrays
# are not in the file. load_model() succeeds and leaves them at fresh random numbers. The optimizer's variables come back
# exactly, those for the lost weights too. Keras 3.15.1 saves and loads everything.
#
# Surprise: nothing is raised or said by either side, and training goes on with moments that belong to other weights.
#
# Standard output as seen:
#   Keras 3.14.1: equal after loading: 2 of 10 weights, 22 of 22 variables of the optimizer
#   Keras 3.15.1: equal after loading: 10 of 10 weights, 22 of 22 variables of the optimizer
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
cd "$work"
export KERAS_HOME="$work/home" KERAS_BACKEND=jax

cat >look.py <<'PYTHON'
import sys

import keras
import numpy as np


@keras.saving.register_keras_serializable("findings")
class Grid(keras.layers.Layer):
    """Four layers in nested lists, and one beside them, one after the other."""

    def __init__(self, **keywords):
        super().__init__(**keywords)

        def dense():
            return keras.layers.Dense(2, bias_initializer="random_normal")

        self.rows = [[dense(), dense()], [dense(), dense()]]
        self.head = dense()

    def build(self, shape):
        for layer in [*self.rows[0], *self.rows[1], self.head]:
            layer.build(shape)

    def call(self, inputs):
        for layer in [*self.rows[0], *self.rows[1], self.head]:
            inputs = layer(inputs)
        return inputs


def equal(arrays, others):
    return f"{sum(map(np.array_equal, arrays, others))} of {len(arrays)}"


model = keras.Sequential([keras.Input((2,)), Grid()])
model.compile("adam", "mse")
model.fit(np.ones((8, 2)), np.ones((8, 2)), verbose=0)
model.save("model.keras")
loaded = keras.saving.load_model("model.keras")
weights = equal(model.get_weights(), loaded.get_weights())
state = equal(*([np.asarray(variable) for variable in one.optimizer.variables] for one in (model, loaded)))
print(f"Keras {keras.__version__}: equal after loading: {weights} weights, {state} variables of the optimizer")
sys.exit([weights, state] != [sys.argv[1], "22 of 22"])
PYTHON
venv/bin/pip install --quiet 'keras==3.14.1' 'jax==0.10.2' 'h5py==3.16.0' || exit 2
venv/bin/python -W ignore look.py '2 of 10'
venv/bin/pip install --quiet 'keras==3.15.1' || exit 2
venv/bin/python -W ignore look.py '10 of 10'
