"""Portal: the person's own pages."""
