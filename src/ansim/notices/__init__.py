"""Regimes, recipients and letters: a valid notice to the right recipient, with its clock.

The way through: ``load_registry`` -> ``Registry.responsible`` -> ``build_notice`` -> a person
approves -> ``compose`` -> ``send`` -> ``read_inbox`` -> ``start_clock``.
"""

from ansim.notices.building import (
    MEDIA_COPY,
    NoRoute,
    Notice,
    RegimeNotInForce,
    build_notice,
)
from ansim.notices.clock import (
    Clock,
    ClockState,
    clock_state,
    clock_words,
    escalation_due,
    meet_clock,
    pause_clock,
    presumed_receipt,
    resume_clock,
    start_clock,
    waiting_clock,
)
from ansim.notices.facts import MalformedFacts, NoticeFacts, PriorAsk
from ansim.notices.fields import FieldCheck
from ansim.notices.inbox import (
    Inbox,
    NoMaildir,
    SentCopies,
    forget,
    forget_numbered,
    mark_seen,
    read_inbox,
)
from ansim.notices.incoming import Inbound, parse_inbound
from ansim.notices.letters import LetterMissing
from ansim.notices.mail import (
    Delivery,
    DeliveryUnknown,
    MailServerUnreachable,
    MalformedAddress,
    NoticeNotReady,
    NotPlainText,
    SmtpSettings,
    compose,
    reply_address,
    send,
)
from ansim.notices.reading import RegistryError
from ansim.notices.records import (
    LegalBasis,
    Recipient,
    Regime,
    Route,
    Text,
    UnknownRecipient,
    UnknownRegime,
)
from ansim.notices.registry import SHIPPED, Registry, load_registry
from ansim.notices.request import MalformedRequest, parse_request

__all__ = [
    "MEDIA_COPY",
    "SHIPPED",
    "Clock",
    "ClockState",
    "Delivery",
    "DeliveryUnknown",
    "FieldCheck",
    "Inbound",
    "Inbox",
    "LegalBasis",
    "LetterMissing",
    "MailServerUnreachable",
    "MalformedAddress",
    "MalformedFacts",
    "MalformedRequest",
    "NoMaildir",
    "NoRoute",
    "NotPlainText",
    "Notice",
    "NoticeFacts",
    "NoticeNotReady",
    "PriorAsk",
    "Recipient",
    "Regime",
    "RegimeNotInForce",
    "Registry",
    "RegistryError",
    "Route",
    "SentCopies",
    "SmtpSettings",
    "Text",
    "UnknownRecipient",
    "UnknownRegime",
    "build_notice",
    "clock_state",
    "clock_words",
    "compose",
    "escalation_due",
    "forget",
    "forget_numbered",
    "load_registry",
    "mark_seen",
    "meet_clock",
    "parse_inbound",
    "parse_request",
    "pause_clock",
    "presumed_receipt",
    "read_inbox",
    "reply_address",
    "resume_clock",
    "send",
    "start_clock",
    "waiting_clock",
]
