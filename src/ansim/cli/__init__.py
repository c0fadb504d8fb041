"""The `ansim` command, thin over the engines and services."""

import os
import sys


def main() -> None:
    """Run the command line."""
    # --lang anywhere before the command chooses the language of every sentence.
    for number, word in enumerate(sys.argv[1:], start=1):
        if word.startswith("--lang="):
            os.environ["ANSIM_LANG"] = word.partition("=")[2]
            del sys.argv[number]
            break
    from ansim.cli.app import app

    app()
