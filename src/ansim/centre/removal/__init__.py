"""Removal: requests, approvals, the ladder of recipients, replies, clocks."""
