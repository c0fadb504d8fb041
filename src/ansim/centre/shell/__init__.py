"""Shell: layout, navigation, parts of the look as template tags, languages, exit, error pages."""
