"""Intake: every way that a report comes in, turned into one case."""
