#!/usr/bin/env bash
# tf-keras 2.21.0 (tf.keras 2.15 too): layers in a Python list give their weights in another order than in attributes.
#
# Behaviour: a subclassed model holds two BatchNormalization layers. In two attributes, get_weights() goes layer by
# layer. In one list, it gives the trained arrays of both layers first and then the moving means and variances of both.
# model.layers is the same list of layers in both.
#
# Surprise: both models compute the same function with the same layers, and all eight arrays have one shape, so
# set_weights() from one to the other is accepted and puts a moving mean where a gamma belongs.
#
# Standard output as seen:
#   attributes: ['n1/gamma', 'n1/beta', 'n1/moving_mean', 'n1/moving_variance', 'n2/gamma', 'n2/beta', 'n2/moving_mean', 'n2/moving_variance']
#   list:       ['n1/gamma', 'n1/beta', 'n2/gamma', 'n2/beta', 'n1/moving_mean', 'n1/moving_variance', 'n2/moving_mean', 'n2/moving_variance']
#   layers: ['n1', 'n2'] and ['n1', 'n2']
#   after set_weights from the list to the attributes: same outputs False
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'tf-keras==2.21.0' 'tensorflow==2.21.0' || exit 2

cd "$work"
KERAS_HOME="$work/home" CUDA_VISIBLE_DEVICES='' TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python - <<'PYTHON'
import sys

import numpy as np
import tf_keras


class Norms(tf_keras.Model):
    def __init__(self, in_list):
        super().__init__()
        first, second = (tf_keras.layers.BatchNormalization(name=name) for name in ("n1", "n2"))
        if in_list:
            self.blocks = [first, second]
        else:
            self.first, self.second = first, second

    def call(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


batch = np.random.default_rng(0).normal(3, 2, (16, 4)).astype("float32")
attributes, in_list = Norms(in_list=False), Norms(in_list=True)
for model in (attributes, in_list):
    model(batch, training=True)

orders = [
    ["/".join(weight.name.split(":")[0].split("/")[-2:]) for weight in model.weights] for model in (attributes, in_list)
]
layers = [[layer.name for layer in model.layers] for model in (attributes, in_list)]
attributes.set_weights(in_list.get_weights())
same = np.allclose(attributes(batch), in_list(batch))

print("attributes:", orders[0])
print("list:      ", orders[1])
print("layers:", layers[0], "and", layers[1])
print("after set_weights from the list to the attributes: same outputs", same)
regrouped = sorted(orders[0], key=lambda name: "moving" in name)
sys.exit(not (orders[0] != orders[1] == regrouped and layers[0] == layers[1] and not same))
PYTHON
