"""Pages of the second pool."""
