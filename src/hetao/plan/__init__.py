"""A plan's text made a living ledger: who owes what by when, and whether it was met."""
