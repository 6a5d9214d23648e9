"""Other programs that kerasinspect works inside of."""
