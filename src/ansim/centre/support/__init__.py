"""Support: every service given, with its provider and outcome."""
