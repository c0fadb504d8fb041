"""Observations become a verdict: is it really gone, and when to look again. Pure.

``judge`` reads all rounds of looks at one sighting; ``next_look`` plans the next one.
"""

from ansim.verdicts.judging import judge
from ansim.verdicts.reasons import Reason
from ansim.verdicts.rounds import Judgement, MediaView, Round, Verdict, View
from ansim.verdicts.scheduling import Pace, next_look

__all__ = [
    "Judgement",
    "MediaView",
    "Pace",
    "Reason",
    "Round",
    "Verdict",
    "View",
    "judge",
    "next_look",
]
