"""Loads two models with Keras and prints figures of the arrays that differ: ``PYTHON keras_difference.py OLD NEW``."""

import sys

import keras
import numpy as np

models = (keras.models.load_model(path, compile=False) for path in sys.argv[1:])
for first, second in zip(*(model.get_weights() for model in models), strict=True):
    if not np.array_equal(first, second):
        before, after = first.astype("f8").ravel(), second.astype("f8").ravel()
        change, norm = np.abs(after - before), np.linalg.norm(before)
        print(
            *(np.allclose(after, before), change.max(), change.mean(), np.count_nonzero(change)),
            *(np.linalg.norm(change) / norm, before @ after / (norm * np.linalg.norm(after))),
            *(np.count_nonzero(before * after < 0), np.isnan(before).sum(), np.isnan(after).sum()),
        )
