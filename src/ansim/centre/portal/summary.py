"""What the last page of the report shows before it is sent: counts and choices, no address."""

from dataclasses import dataclass

from django.utils.translation import npgettext, pgettext

from ansim.centre.cases.reportingrules import rule_book
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.portal.draft import Answers, Draft
from ansim.centre.portal.forms import WAYS
from ansim.centre.portal.step_forms import is_link_name


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what, the answer, and the page where it can be changed."""

    name: str
    value: str
    step: int


def summary_of(draft: Draft) -> list[Line]:
    """Every page in a line or two."""
    answers = draft.answers
    words = taxonomy()

    def labels(field: str, name: str) -> str:
        return "\n".join(words.label(name, code) for code in answers.get(field, []))

    def last(field: str) -> str:
        return answers.get(field, [""])[-1]

    kin = rule_book().kin.get(last("kin"))
    way = str(dict(WAYS).get(last("way"), ""))
    lines = [
        (pgettext("portal", "For whom"), labels("standing", "standing"), 1),
        *([(pgettext("portal", "You to them"), kin.title, 1)] if kin else []),
        (pgettext("portal", "Addresses"), _links(answers), 2),
        (pgettext("portal", "Kind of place"), labels("place", "place"), 2),
        (pgettext("portal", "What happened"), labels("harm", "harm"), 3),
        (pgettext("portal", "Own words"), _length(last("story")), 3),
        (pgettext("portal", "Pictures and videos"), _fingerprints(len(draft.materials)), 3),
        (pgettext("portal", "Danger now"), labels("flag", "flag"), 4),
        (pgettext("portal", "Deadline"), last("deadline").replace("T", " "), 4),
        (pgettext("portal", "How to reach you"), way, 5),
        (pgettext("portal", "What we may do"), labels("consent", "consent"), 5),
    ]
    unsaid = pgettext("portal", "Left out")
    return [Line(name, value or unsaid, step) for name, value, step in lines]


def _links(answers: Answers) -> str:
    typed = (answers[name][-1].splitlines() for name in answers if is_link_name(name))
    count = sum(1 for lines in typed for line in lines if line.strip())
    said = npgettext("portal", "%(count)d address", "%(count)d addresses", count)
    return said % {"count": count} if count else ""


def _length(story: str) -> str:
    said = pgettext("portal", "%(count)d characters")
    return said % {"count": len(story)} if story else ""


def _fingerprints(count: int) -> str:
    said = npgettext("portal", "%(count)d fingerprint", "%(count)d fingerprints", count)
    return said % {"count": count} if count else ""
