#!/usr/bin/env bash
# Keras 3.15.1: weights of layers in a dict go by the order in which the dict was filled, not by its keys.
#
# Behaviour: a subclassed model keeps two layers in a dict, {"a": ..., "b": ...}. The file of weights has them as dense and
# dense_1, in the dict's order; the keys are not written. load_weights() into the same class whose dict was filled the
# other way round gives each layer the other's arrays.
#
# Surprise: the keys, the names of the layers and the attribute all agree, and the name of each layer is in the file.
# Nothing is raised or said. Attributes of the same names load right.
#
# Standard output as seen:
#   file: heads/dense is named 'a', heads/dense_1 is named 'b'
#   dict filled a, b: a is 1.0, b is 2.0
#   dict filled b, a: a is 2.0, b is 1.0
#   attributes set b, a: a is 1.0, b is 2.0
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'jax==0.10.2' 'h5py==3.16.0' || exit 2

cd "$work"
KERAS_HOME="$work/home" KERAS_BACKEND=jax venv/bin/python -W ignore - <<'PYTHON'
import sys

import h5py
import keras

ZEROS = {"a": 0, "b": 0}


class Heads(keras.Model):
    """Two layers, in a dict or in attributes, that are made in the order of `names`."""

    def __init__(self, names, in_dict=True, values=ZEROS):
        super().__init__()
        layers = {
            name: keras.layers.Dense(1, name=name, kernel_initializer=keras.initializers.Constant(values[name]))
            for name in names
        }
        if in_dict:
            self.heads = layers
        else:
            for name, layer in layers.items():
                setattr(self, name, layer)
        for layer in layers.values():
            layer.build((None, 2))
        self.built = True

    def kernels(self):
        layers = {layer.name: layer for layer in self.layers}
        return tuple(float(layers[name].get_weights()[0].mean()) for name in "ab")


results = []
for in_dict in (True, False):
    Heads("ab", in_dict, {"a": 1, "b": 2}).save_weights("model.weights.h5")
    if in_dict:
        with h5py.File("model.weights.h5") as file:
            names = [str(file[f"heads/{group}/vars"].attrs["name"]) for group in ("dense", "dense_1")]
        print("file: heads/dense is named {!r}, heads/dense_1 is named {!r}".format(*names))
    for order in ("ab", "ba") if in_dict else ("ba",):
        loaded = Heads(order, in_dict)
        loaded.load_weights("model.weights.h5")
        results.append(loaded.kernels())
        how = "dict filled" if in_dict else "attributes set"
        print("{} {}: a is {}, b is {}".format(how, ", ".join(order), *results[-1]))
sys.exit(names != ["a", "b"] or results != [(1, 2), (2, 1), (1, 2)])
PYTHON
