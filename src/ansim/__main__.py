"""``python -m ansim`` is the same as ``ansim``."""

from ansim.cli import main

main()
