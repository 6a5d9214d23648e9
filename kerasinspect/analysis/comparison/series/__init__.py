"""How the layers of a model move over its checkpoints."""
