"""Run a command with a PostgreSQL cluster of its own, which is gone when the command ends.

    python tools/throwaway_postgresql.py COMMAND [ARG ...]

The command finds the cluster in ANSIM_DATABASE. PostgreSQL refuses to run as root, so root hands
the cluster to the user "nobody". Nothing listens on the network: a socket in a private folder.
Exit status 69 (EX_UNAVAILABLE) when this machine has no PostgreSQL server.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

UNAVAILABLE = 69


def find(program: str) -> str | None:
    """The newest of PostgreSQL's programs on this machine."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda p: int(p.parts[4]))
    return str(debian[-1]) if debian else shutil.which(program)


def main(command: list[str]) -> int:
    """Start the cluster, run the command, stop the cluster; the command's exit status."""
    initdb, pg_ctl = find("initdb"), find("pg_ctl")
    if initdb is None or pg_ctl is None:
        return UNAVAILABLE
    if command == ["--available"]:
        return 0
    folder = Path(tempfile.mkdtemp(prefix="ansim-pg-"))
    owner = "nobody" if os.getuid() == 0 else None
    if owner is not None:
        person = pwd.getpwnam(owner)
        os.chown(folder, person.pw_uid, person.pw_gid)
    folder.chmod(0o755)
    data, sockets = folder / "data", folder / "s"
    quiet = {"stdout": subprocess.DEVNULL, "cwd": "/", "user": owner}
    if owner is not None:
        quiet |= {"group": pwd.getpwnam(owner).pw_gid, "extra_groups": []}
    try:
        subprocess.run(["mkdir", str(sockets)], check=True, **quiet)
        subprocess.run(
            [initdb, "-D", data, "-U", "ansim", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"],
            check=True, **quiet,
        )  # fmt: skip
        options = f"-c listen_addresses='' -k {sockets} -c fsync=off -c max_connections=200"
        start = [pg_ctl, "-D", data, "-w", "-l", folder / "log", "-o", options, "start"]
        subprocess.run(start, check=True, **quiet)
        address = f"postgresql://ansim@{quote(str(sockets), safe='')}/postgres"
        try:
            return subprocess.run(command, env=os.environ | {"ANSIM_DATABASE": address}).returncode
        finally:
            subprocess.run([pg_ctl, "-D", data, "-m", "immediate", "stop"], **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
