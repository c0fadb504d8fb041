"""Retention: how long a case is kept, what holds it, and how it is erased for good."""
