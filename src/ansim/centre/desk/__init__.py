"""Desk: the staff's first page, across all rooms."""
