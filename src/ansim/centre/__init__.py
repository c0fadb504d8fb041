"""The centre: one Django site, one app for each room of a real support centre."""
