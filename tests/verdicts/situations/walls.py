"""What walls, gates and placeholders serve in place of a page."""

from tests.verdicts.situations.served import Ask, Reply
from tests.verdicts.situations.sites import Site

# What walls serve.


def login(at: Site, _: Ask) -> Reply:
    form = "<form method=post><input name=u><input type=password name=p><button>OK</button></form>"
    return at.page(f"<h2>{at.tongue.login}</h2>{form}")


def captcha(at: Site, _: Ask) -> Reply:
    kinds = (
        "<div class=g-recaptcha data-sitekey=x></div>",
        "<script src=https://challenges.cloudflare.com/turnstile/v0/api.js></script>",
        "<div class=h-captcha></div>",
        "<script>document.cookie='c=1';location.reload()</script>",
    )
    return at.bare(
        f"<p>{at.tongue.wait}</p>{kinds[at.seed % 4]}", status=(200, 403, 404)[at.seed % 3]
    )


def unnamed_wall(at: Site, _: Ask) -> Reply:
    """A wall that names itself in no way that a program could read."""
    return at.page(f"<h2>{at.tongue.wait}</h2><p>{at.foot}</p>")


def consent(at: Site, ask: Ask) -> Reply:
    mark = ("class=consent-form", "id=onetrust-consent-sdk", "class=x")[at.seed % 3]
    return at.page(
        f"<div {mark}><p>{at.tongue.cookies}</p><form method=post><input type=hidden name=back "
        f"value='{ask.path}'><button>OK</button></form></div>"
    )


def age(at: Site, _: Ask) -> Reply:
    mark = ("class=age-gate", "id=ageverify", "class=adult-check", "class=age_verification")[
        at.seed % 4
    ]
    return at.page(f"<div {mark}><p>{at.tongue.adult}</p><button>19+</button></div>")


def paywall(at: Site, _: Ask) -> Reply:
    if at.seed % 3 == 0:
        return Reply(402, at.page(f"<p>{at.foot}</p>").body)
    mark = ("class=paywall", "id=subscription-wall")[at.seed % 2]
    return at.page(f"<div {mark}><p>{at.tongue.text(at.rng, 12)}</p></div>")


def parked(at: Site, _: Ask) -> Reply:
    links = "".join(f"<a href=http://ads.test/{n}>{one}</a>" for n, one in enumerate(at.menu))
    return at.bare(f"<h1>{at.host}</h1>{links}<p>{at.foot}</p>")


def upkeep(at: Site, _: Ask) -> Reply:
    return at.bare(f"<h1>{at.tongue.wait}</h1><p>{at.foot}</p>")


def shell(at: Site, _: Ask) -> Reply:
    return at.bare(f"<div id=app>{at.menu[0]} {at.foot}</div><script src=/app.js></script>")
