"""Commands that hold models against each other."""
