"""Patrol: search for copies, re-upload watch, and hash lists hunted without a request."""
