"""Sweeps: hashing and matching the pictures and videos inside archives and folders, in bulk.

``planning`` cuts archives and folders into parts, ``local`` or ``cluster`` gives the parts to
workers, ``coordinating`` puts the answers in order and keeps what is done in a state file.
``members``, ``records`` and ``bodies`` read WARC files: every byte in memory, none on disk.
"""

from ansim.sweeping.coordinating import Coordinator, Told
from ansim.sweeping.parts import Counts, Hit, Trouble
from ansim.sweeping.planning import measure, plan
from ansim.sweeping.working import Settings

__all__ = ["Coordinator", "Counts", "Hit", "Settings", "Told", "Trouble", "measure", "plan"]
