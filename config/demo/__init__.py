"""The demo's invented world: institutions, inspectors and experts of a whole province, the same at every run.

Names are put together from syllables; no institution and no person in it exists."""
