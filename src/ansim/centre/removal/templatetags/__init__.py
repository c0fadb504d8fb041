"""Template filters of the removal room."""
