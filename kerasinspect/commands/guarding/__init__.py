"""Commands that a CI job asks before a model goes on."""
