"""The network of a model: its layers, nested models, and the tensors that pass between them, as its config tells."""
