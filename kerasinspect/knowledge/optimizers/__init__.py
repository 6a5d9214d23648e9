"""What each class of optimizer keeps, and what the arrays of its state are."""
