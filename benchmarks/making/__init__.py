"""Programs that make the models: each is run in an interpreter of its own, so that whoever measures stays small."""
