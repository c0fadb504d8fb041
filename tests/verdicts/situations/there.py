"""Families in which the picture is still there for somebody."""

from ansim.verdicts import Verdict
from tests.verdicts.situations.building import (
    both,
    on,
    removed,
    seen_by_no_one,
    simple,
    target,
    whole,
)
from tests.verdicts.situations.served import Answer, Ask, Reply
from tests.verdicts.situations.sites import TARGET, Site
from tests.verdicts.situations.walls import age, captcha, login, paywall

# There.

simple("present", "there", Verdict.PRESENT, lambda _a, _b: None, hours=(0.0,))
simple(
    "present: with words of removal in it", "there", Verdict.PRESENT,
    target(lambda at, _: at.post(TARGET, f"<p>{at.tongue.deleted} {at.tongue.lost}</p>"), 0), hours=(0.0, 24.0),
)  # fmt: skip
simple(
    "present: served as 404", "there", Verdict.PRESENT,
    target(lambda at, _: Reply(404, at.post(TARGET).body), 0), hours=(0.0, 24.0),
)  # fmt: skip
simple(
    "present: put up again", "there", Verdict.PRESENT,
    lambda at, ask: removed(at, ask) if 0 < ask.step < 4 else None,
    hours=(0.0, 24.0, 60.0, 97.0, 130.0),
)  # fmt: skip
simple(
    "present: now and then away", "there", Verdict.PRESENT,
    lambda at, ask: removed(at, ask) if ask.step % 2 else None, hours=(0.0, 24.0, 60.0, 97.0, 120.0),
)  # fmt: skip
simple(
    "present: the page is down, the file is not", "there", Verdict.PRESENT,
    on(lambda _a, ask: Reply(503)), own_media=False,
)  # fmt: skip
simple(
    "present: no answer in one place", "there", Verdict.PRESENT,
    whole(lambda _a, _b: "hang up", country="KR"), hours=(0.0, 24.0),
)  # fmt: skip
simple(
    "present: a captcha in one place", "there", Verdict.PRESENT,
    whole(captcha, country="DE"), hours=(0.0, 24.0), own_media=True,
)  # fmt: skip
simple(
    "present: a wall of 404 in one place", "there", Verdict.PRESENT,
    whole(lambda _a, _b: Reply(404, b"Not Found"), country="DE"), hours=(0.0, 24.0), own_media=True,
)  # fmt: skip

# Restricted.


def _walled_file(at: Site, ask: Ask) -> Answer | None:
    return login(at, ask) if ask.step and at.is_target_media(ask) else None


for label, wall in (("login", login), ("an age gate", age), ("a paywall", paywall)):
    simple(f"restricted: {label}", "there", Verdict.RESTRICTED, both(target(wall), _walled_file))
    simple(
        f"restricted: {label} before every page", "there", Verdict.RESTRICTED,
        both(on(wall), _walled_file),
    )  # fmt: skip


def _to_login(at: Site, ask: Ask) -> Answer | None:
    if not ask.step or not at.is_page(ask):
        return None
    if ask.path.startswith("/login"):
        return login(at, ask)
    return Reply(302, headers=(("Location", f"/login?next={ask.path}"),))


simple(
    "restricted: sent to the login page",
    "there",
    Verdict.RESTRICTED,
    both(_to_login, seen_by_no_one),
)
simple(
    "restricted: login here, lost there", "there", Verdict.RESTRICTED,
    lambda at, ask: login(at, ask) if ask.step and ask.country == "KR" and at.is_target(ask) else removed(at, ask),
)  # fmt: skip

# By country.

simple(
    "blocked: reset", "there", Verdict.BLOCKED_IN_COUNTRY,
    whole(lambda _a, _b: "reset", country="KR"), own_media=True,
)  # fmt: skip
simple(
    "blocked: the block page", "there", Verdict.BLOCKED_IN_COUNTRY,
    both(
        lambda at, ask: Reply(body=at.foot.encode()) if ask.host == "warning.or.kr" else None,
        whole(lambda _a, _b: Reply(302, headers=(("Location", "http://warning.or.kr/"),)), country="KR"),
    ), own_media=True,
)  # fmt: skip
simple(
    "blocked: the block page in a frame", "there", Verdict.BLOCKED_IN_COUNTRY,
    whole(lambda at, _: at.bare("<iframe src=http://warning.or.kr/></iframe>"), country="KR"),
    own_media=True,
)  # fmt: skip
simple(
    "blocked: 404 at home alone", "there", Verdict.BLOCKED_IN_COUNTRY,
    lambda at, ask: removed(at, ask) if ask.country == "KR" else None, lost_by="404",
)  # fmt: skip
simple(
    "geo: 451",
    "there",
    Verdict.GEO_DENIED,
    both(on(lambda at, _: Reply(451, at.foot.encode())), seen_by_no_one),
)
simple(
    "geo: 451 abroad", "there", Verdict.GEO_DENIED,
    whole(lambda _a, _b: Reply(451), country="DE"), own_media=True,
)  # fmt: skip
simple(
    "geo: gone abroad, there at home", "there", Verdict.GEO_DENIED,
    lambda at, ask: removed(at, ask) if ask.country == "DE" else None,
)  # fmt: skip
simple(
    "geo: gone abroad for good, there at home", "there", Verdict.GEO_DENIED,
    lambda at, ask: removed(at, ask, 0) if ask.country == "DE" else None, hours=(0.0, 24.0, 60.0, 97.0, 130.0),
)  # fmt: skip

# The page is gone and its file is not; or it has another address.


def _cached(at: Site, ask: Ask) -> Answer | None:
    if ask.step and at.is_target_media(ask):
        headers = (("Age", "3600"), ("X-Cache", "HIT")) if at.seed % 2 else ()
        return Reply(body=at.picture(TARGET), kind="image/jpeg", headers=headers)
    return removed(at, ask, media=False)


simple("cached", "there", Verdict.CACHED_COPY, _cached, own_media=False)
simple(
    "cached: on the site itself",
    "there",
    Verdict.CACHED_COPY,
    _cached,
    own_media=True,
    hours=(0.0, 24.0),
)


def _moved(at: Site, ask: Ask) -> Answer | None:
    new = f"/new{ask.path}" if at.is_target(ask) else ""
    if ask.step and new:
        return Reply((301, 302, 308)[at.seed % 3], headers=(("Location", new),))
    return at.post(TARGET) if ask.path.startswith("/new/") else None


def _new_domain(at: Site, ask: Ask) -> Answer | None:
    other = f"new-{at.host}"
    if ask.host == other:
        return at.post(TARGET) if ask.path in at.paths else at.home()
    if ask.step and at.is_target(ask):
        return Reply(301, headers=(("Location", f"http://{other}{ask.path}"),))
    return None


def _moved_by_refresh(at: Site, ask: Ask) -> Answer | None:
    if ask.step and at.is_target(ask):
        return Reply(body=f"<meta http-equiv=refresh content='0;url=/new{ask.path}'>".encode())
    return at.post(TARGET) if ask.path.startswith("/new/") else None


simple("moved: another address", "there", Verdict.MOVED, _moved)
simple("moved: another domain", "there", Verdict.MOVED, _new_domain)
simple("moved: by a meta refresh", "there", Verdict.MOVED, _moved_by_refresh)
