"""Families in which the post stays and the picture on it goes, or seems to."""

from ansim.verdicts import Verdict
from tests.verdicts.situations import pictures
from tests.verdicts.situations.building import both, family, media_link, simple
from tests.verdicts.situations.cases import Change, Situation
from tests.verdicts.situations.served import Answer, Ask, Reply
from tests.verdicts.situations.sites import TARGET, Site


def _lost_file(at: Site, ask: Ask) -> Answer | None:
    return Reply(404, b"no such object", "text/plain") if ask.step and at.is_target_media(ask) else None


def post(at: Site, shown: str = "") -> Reply:
    """The hunted post with something else in the place of its picture."""
    text = "".join(f"<p>{one}</p>" for one in at.texts[TARGET])
    article = f"<article><h1>{at.titles[TARGET]}</h1>{text}{shown}</article>"
    return at.page(article, title=at.titles[TARGET])


def showing(shown: str = "", status: int = 0, body: bytes = b"", kind: str = "image/jpeg") -> Change:
    """The post shows ``shown`` from the second round on; the file that it names answers with ``status``."""

    def change(at: Site, ask: Ask) -> Answer | None:
        if ask.step and at.is_target(ask):
            return post(at, shown.format(new=f"{at.scheme}://{at.media_host}/m/new.jpg"))
        if ask.step and status and ask.host == at.media_host and ask.path == "/m/new.jpg":
            return Reply(status, body or pictures.copy(at.hunted, at.seed), kind)
        return _lost_file(at, ask)

    return change


# Removed: the page is as it was, the file is gone, and others like it load.

simple("removed: out of the post", "removed", Verdict.GONE_CONFIRMED, showing())
simple("removed: the post shows a file that is gone", "removed", Verdict.GONE_CONFIRMED, _lost_file)


def _among_others(at: Site, ask: Ask) -> Answer | None:
    if at.is_target(ask):
        own = "" if ask.step else f"<img src='{at.media_url(TARGET)}'>"
        others = "".join(f"<img src='{at.media_url(n)}'>" for n in (5, 6))
        return post(at, f"<figure>{own}{others}</figure>")
    return _lost_file(at, ask)


def _with_answers(at: Site, ask: Ask) -> Answer | None:
    """Somebody answers below the post in each round."""
    if at.is_target(ask):
        own = "" if ask.step else f"<img src='{at.media_url(TARGET)}'>"
        said = "".join(f"<li>{at.texts[n][0][:40]}</li>" for n in range(ask.step))
        return post(at, f"<figure>{own}</figure><ul class=answers>{said}</ul>")
    return _lost_file(at, ask)


simple("removed: one of three in the post", "removed", Verdict.GONE_CONFIRMED, _among_others)
simple("removed: out of a post that is answered", "removed", Verdict.GONE_CONFIRMED, _with_answers)
simple(
    "provisional: out of the post, too soon", "removed", Verdict.GONE_PROVISIONAL, showing(),
    hours=(0.0, 24.0, 60.0),
)  # fmt: skip
simple(
    "present: back in the post", "there", Verdict.PRESENT,
    lambda at, ask: showing()(at, ask) if ask.step < 4 else None,
    hours=(0.0, 24.0, 60.0, 97.0, 120.0),
)  # fmt: skip


@family("removed: the picture's address leads to the front page")
def _sent_home(seed: int) -> Situation:
    def change(at: Site, ask: Ask) -> Answer | None:
        lost = ask.path not in at.media_paths or (ask.step and at.is_target_media(ask))
        if ask.host == at.media_host and ask.path.startswith("/m/") and lost:
            return Reply(302, headers=(("Location", "/"),))
        return None

    name = "removed: the picture's address leads to the front page"
    return media_link(name, seed, "removed", Verdict.GONE_CONFIRMED, change)


# Not gone, or not to be told.

simple(
    "present: under another address in the post", "there", Verdict.PRESENT,
    showing("<figure><img src='{new}'></figure>", 200),
)  # fmt: skip
simple(
    "unknown: under another address that is kept from us", "there", Verdict.UNKNOWN,
    showing("<figure><img src='{new}'></figure>", 403, b"no", "text/plain"),
)  # fmt: skip
simple(
    "unknown: in a frame that is kept from us", "there", Verdict.UNKNOWN,
    showing("<iframe src='{new}'></iframe>", 403, b"no", "text/plain"),
)  # fmt: skip


def _cut(at: Site, ask: Ask) -> Answer | None:
    body = pictures.variant(at.hunted)
    return showing("<figure><img src='{new}'></figure>", 200, body)(at, ask)


simple("unknown: cut smaller in the post", "there", Verdict.UNKNOWN, _cut)


def _no_files(at: Site, ask: Ask) -> Answer | None:
    """The store answers strangers as if it had nothing at all."""
    if ask.step and ask.host == at.media_host and ask.path.startswith("/m/"):
        return Reply(404, b"no such object", "text/plain")
    return None


simple("unknown: no file of the site is shown to us", "there", Verdict.UNKNOWN, _no_files)
simple(
    "unknown: no file is shown to us, nor named", "there", Verdict.UNKNOWN, both(_no_files, showing())
)  # fmt: skip


for where, shown in (
    ("written into the page", "<img src='data:image/jpeg;base64,/9j/4AAQ'>"),
    ("behind a button", "<button data-n=4>+</button>"),
    ("on a canvas", "<canvas id=c></canvas>"),
    ("behind a link", "<a href='/raw/4'>+</a>"),
):
    simple(f"unknown: {where} in the post", "there", Verdict.UNKNOWN, showing(shown))


def _other_post(at: Site, ask: Ask) -> Answer | None:
    """Another post took the number."""
    if ask.step and at.is_target(ask):
        text = "".join(f"<p>{one}</p>" for one in at.texts[2])
        return at.page(f"<article><h1>{at.titles[2]}</h1>{text}</article>", title=at.titles[2])
    return _lost_file(at, ask)


simple("unknown: another post without a picture", "removed", Verdict.UNKNOWN, _other_post)
