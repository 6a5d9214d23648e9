"""What pages say of two models that are held against each other."""
