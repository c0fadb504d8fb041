"""Errors in the portal's voice: what engines say to staff is said here as to a person."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy

from ansim.centre.cases.errors import EmptyText, KeyNotHeld, KeysDestroyed
from ansim.errors import AnsimError
from ansim.fetching.confined import DecoderDied, DecoderUnavailable, DecodeTimeout
from ansim.fingerprints.errors import (
    EmptyFile,
    NotMedia,
    TooManyBytes,
    TooManyPixels,
    TooMuchMemory,
    TooMuchWork,
    Undecodable,
    UnsupportedFormat,
)

SAID: Final[Mapping[type[AnsimError], Promise]] = {
    NotMedia: pgettext_lazy(
        "portal",
        "This is not a picture or a video that we can read. Choose a JPEG, PNG, GIF, WebP, AVIF, "
        "HEIC, MP4 or WebM file.",
    ),
    EmptyFile: pgettext_lazy("portal", "This file is empty. Choose another copy of it."),
    UnsupportedFormat: pgettext_lazy(
        "portal", "We cannot read this kind of file yet. Save it as JPEG, PNG or MP4 and try again."
    ),
    TooManyPixels: pgettext_lazy(
        "portal", "This picture or video is too large. Choose a smaller copy of it."
    ),
    TooManyBytes: pgettext_lazy(
        "portal", "This file is too large. Choose a smaller copy, or a shorter part of the video."
    ),
    Undecodable: pgettext_lazy(
        "portal", "This file is damaged, or a part of it is missing. Choose another copy of it."
    ),
    TooMuchMemory: pgettext_lazy(
        "portal", "This file takes too much work to read. Choose a smaller copy of it."
    ),
    TooMuchWork: pgettext_lazy(
        "portal", "This file takes too much work to read. Choose a smaller copy of it."
    ),
    DecodeTimeout: pgettext_lazy(
        "portal", "This file takes too much work to read. Choose a smaller copy of it."
    ),
    DecoderDied: pgettext_lazy(
        "portal", "We could not read this file. Save it again as JPEG or MP4 and try once more."
    ),
    DecoderUnavailable: pgettext_lazy(
        "portal", "We cannot read files at this moment. Go on without one; you can add it later."
    ),
    EmptyText: pgettext_lazy("portal", "There is nothing written yet. Write a few words first."),
    KeyNotHeld: pgettext_lazy("portal", "These pages have closed. Type your code again."),
    KeysDestroyed: pgettext_lazy("portal", "This has been erased, and nobody can open it."),
}
"""By the error's class; what is not here is said in the portal's voice already."""


def spoken(error: AnsimError) -> str:
    """One sentence for a person."""
    for kind in type(error).__mro__:
        if kind in SAID:
            return str(SAID[kind])
    return error.sentence(get_language() or "ko")
