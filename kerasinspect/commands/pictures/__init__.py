"""Commands that draw a model."""
