"""Statistics: the month's figures, with their units."""
