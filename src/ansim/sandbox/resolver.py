"""Names of the small internet, for the process that runs it and for any other.

The names live in a small JSON file. A site that its hosting company takes off the net loses its
line there, and whoever asks next is told that the name does not exist, as a name server would.
"""

import json
import threading
from pathlib import Path

from ansim.fetching.resolving import Endpoint, NameNotFound, NameServiceFailure
from ansim.sandbox.truth import replace_text

HTTP_PORT = 80


def write_names(path: Path, addresses: dict[str, tuple[str, int]]) -> None:
    """Publish ``addresses`` (host name -> loopback address and real port) in one step."""
    replace_text(path, json.dumps({"addresses": addresses}, sort_keys=True))


class FileResolver:
    """Resolves from the file that :func:`write_names` writes, read again whenever it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._addresses: dict[str, tuple[str, int]] = {}

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        """Port 80 leads to the site's real port; any other to a port where nobody listens.

        Raises:
            NameNotFound: no such site, or no longer.
            NameServiceFailure: the file cannot be read.

        """
        found = self._names().get(host.lower().removesuffix("."))
        if found is None:
            raise NameNotFound
        address, real_port = found
        return [Endpoint(address, real_port if port == HTTP_PORT else port)]

    def _names(self) -> dict[str, tuple[str, int]]:
        with self._lock:
            try:
                status = self._path.stat()
                stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
                if stamp != self._stamp:
                    data = json.loads(self._path.read_text(encoding="utf-8"))
                    self._addresses = {
                        host: (str(address), int(port))
                        for host, (address, port) in data["addresses"].items()
                    }
                    self._stamp = stamp
            except (OSError, ValueError) as error:
                raise NameServiceFailure from error
            return self._addresses
