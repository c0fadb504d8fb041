"""Parts that only the portal has."""
