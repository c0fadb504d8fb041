"""The demo: a sandbox internet, a centre with people in it, and the story that they play."""
