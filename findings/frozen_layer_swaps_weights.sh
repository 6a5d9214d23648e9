#!/usr/bin/env bash
# Keras 3.15.1: load_weights() of an .h5 file puts weights into other layers when a layer is frozen or no longer frozen.
#
# Behaviour: in the .h5 format a nested model is one list of arrays: all trainable ones, then all others. A frozen layer's
# arrays move to the end of that list, and load_weights() fills the model's list, in the order of its own `trainable`
# flags, from top to bottom. Saved with the first of two layers frozen and loaded into the same architecture with none
# frozen, each layer gets the other's arrays.
#
# Surprise: `trainable` looks like a matter of training alone. The file has the name of each array beside it ("inner/a/kernel"),
# which is not compared, so where shapes agree nothing is raised or said. A .keras file of the model loads right.
#
# Standard output as seen:
#   model.h5: names ['inner/b/kernel', 'inner/b/bias', 'inner/a/kernel', 'inner/a/bias']
#   model.h5 into the same flags: a is 1.0, b is 2.0
#   model.h5 into a model with nothing frozen: a is 2.0, b is 1.0
#   model.keras into a model with nothing frozen: a is 1.0, b is 2.0
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'jax==0.10.2' 'h5py==3.16.0' || exit 2

cd "$work"
KERAS_HOME="$work/home" KERAS_BACKEND=jax venv/bin/python -W ignore - 2>/dev/null <<'PYTHON'
import sys

import h5py
import keras


def nested_model(values, frozen):
    layers = [
        keras.layers.Dense(3, name=name, kernel_initializer=keras.initializers.Constant(value))
        for name, value in zip("ab", values)
    ]
    layers[0].trainable = not frozen
    inner = keras.Sequential([keras.Input((3,)), *layers], name="inner")
    return keras.Sequential([keras.Input((3,)), inner]), layers


model, _ = nested_model((1, 2), frozen=True)
model.save("model.h5")
model.save("model.keras")
with h5py.File("model.h5") as file:
    names = [str(name) for name in file["model_weights/inner"].attrs["weight_names"]]
print("model.h5: names", names)

results = []
for path, frozen in (("model.h5", True), ("model.h5", False), ("model.keras", False)):
    loaded, layers = nested_model((0, 0), frozen)
    loaded.load_weights(path)
    a, b = (float(layer.get_weights()[0].mean()) for layer in layers)
    results.append((a, b))
    print(f"{path} into {'the same flags' if frozen else 'a model with nothing frozen'}: a is {a}, b is {b}")
sys.exit(results != [(1, 2), (2, 1), (1, 2)])
PYTHON
