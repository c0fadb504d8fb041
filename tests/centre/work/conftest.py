"""Officer Park and a link that is due to be looked at."""

from tests.centre.removal.conftest import case, draft_of, link_of, recipients, sent_of, staff_of

__all__ = ["case", "draft_of", "link_of", "recipients", "sent_of", "staff_of"]
