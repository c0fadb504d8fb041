"""A URL becomes an Observation; the only door to the web, guarded.

``Door.look`` opens one link from one vantage point under a ``FetchPolicy`` and never raises for
what the world does: refusals and failures are Observations too.
"""

from ansim.fetching.addresses import is_special
from ansim.fetching.door import Door
from ansim.fetching.observations import Observation
from ansim.fetching.pages import PageFeatures, TextScore, page_features
from ansim.fetching.policy import FetchPolicy, Vantage, production_policy
from ansim.fetching.refusals import Outcome, Refused, UnknownVantage
from ansim.fetching.resolving import (
    Endpoint,
    NameNotFound,
    NameServiceFailure,
    Resolver,
    SystemResolver,
)
from ansim.fetching.structure import structure_distance

__all__ = [
    "Door",
    "Endpoint",
    "FetchPolicy",
    "NameNotFound",
    "NameServiceFailure",
    "Observation",
    "Outcome",
    "PageFeatures",
    "Refused",
    "Resolver",
    "SystemResolver",
    "TextScore",
    "UnknownVantage",
    "Vantage",
    "is_special",
    "page_features",
    "production_policy",
    "structure_distance",
]
