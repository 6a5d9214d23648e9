"""Turns a model into results: frozen values without any text for the reader."""
