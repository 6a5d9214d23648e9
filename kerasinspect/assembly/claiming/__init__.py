"""Decides which stored array belongs to which layer."""
