"""Custody: an append-only, chained record of everything that changed or revealed something."""
