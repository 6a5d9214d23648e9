"""What the layers of keras-hub hold and are called, as read from its source by ``tests/keras_hub_layers.py``."""
