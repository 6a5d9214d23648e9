"""Commands that draw models."""
