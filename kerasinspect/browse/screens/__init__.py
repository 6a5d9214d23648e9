"""What is laid over the tree and the page for a while."""
