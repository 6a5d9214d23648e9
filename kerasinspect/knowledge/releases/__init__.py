"""What each release of Keras 3 accepts in a config, as read from the releases by ``tests/keras_releases``."""
