"""Makes the pages of `docs/` that follow from the templates; `make docs` runs it."""
