"""Which releases of Keras accept the config of a model, by the table of ``knowledge.releases``."""
