"""Classes and regular expressions that are made when they are first used, which most of them never are in a run."""
