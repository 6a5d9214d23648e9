"""TensorFlow's tensor bundle: an index of tensors by key, and the data files that hold their bytes."""
