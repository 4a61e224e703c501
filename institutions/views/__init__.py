"""Pages of the first pool: the list and one institution, its forms, imports."""
