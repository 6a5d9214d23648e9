"""Loads a model with Keras and prints figures of every array: ``PYTHON keras_figures.py MODEL``."""

import sys

import keras
import numpy as np

for weight in keras.models.load_model(sys.argv[1], compile=False).weights:
    values = np.asarray(weight)
    figures = (values.min(), values.max(), values.mean(dtype="f8"), values.std(dtype="f8"), np.linalg.norm(values))
    counts = (np.count_nonzero(values == 0), np.isnan(values).sum(), np.isinf(values).sum())
    print(weight.path, values.shape, values.dtype, *figures, *counts)
