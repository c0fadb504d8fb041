"""The story that a seed tells: people, what they look for, and where copies of it stand.

Number and places vary with the seed; every manner of every site is met in each seed. The bank is
a list of ordinary pictures that stands for a hash list which a centre patrols for unasked.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from ansim.fingerprints import fingerprint_bytes
from ansim.sandbox import words
from ansim.sandbox.chance import dice
from ansim.sandbox.copies import Alteration
from ansim.sandbox.pictures import HUNTABLE_SAMPLES, Picture
from ansim.sandbox.planting import Planter, Wanted
from ansim.sandbox.sites import PLACES_WITH_POSTS, SEARCH_HOST, Manner
from ansim.sandbox.studio import Artwork, Studio
from ansim.sandbox.world import Post, World

BANK: Final = "bank"
BANK_SIZE: Final = 24
CASE_NAMES: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HARMS: Final = (("ncii",), ("deepfake",), ("ncii", "personal_data"), ("ncii", "deepfake"))


@dataclass(frozen=True, slots=True)
class Material:
    """Something hunted: the file as its owner (a person, or the bank) has it."""

    key: str
    artwork: Artwork

    @property
    def name(self) -> str:
        """A file name that says nothing."""
        return f"{self.key.replace('/', '-')}.{'mp4' if self.artwork.kind == 'video' else 'jpg'}"


@dataclass(slots=True)
class CaseScript:
    """One invented person's case. ``alias`` and ``contact`` belong to nobody."""

    key: str
    alias: str
    language: str
    channel: str
    harm_types: tuple[str, ...]
    keywords: tuple[str, ...]
    materials: tuple[Material, ...]
    studio: Studio = field(repr=False)
    links: tuple[str, ...] = ()

    def report(self) -> dict[str, Any]:
        """What the person tells the centre; ``materials`` are (file name, bytes) pairs."""
        return {
            "reference": self.key,
            "alias": self.alias,
            "contact": {"kind": "email", "value": f"{self.alias}@person.test"},
            "language": self.language,
            "channel": self.channel,
            "age_group": "adult",
            "harm_types": list(self.harm_types),
            "links": list(self.links),
            "keywords": list(self.keywords),
            "materials": [(m.name, self.studio.file(m.artwork)) for m in self.materials],
            "consents": ["removal_requests", "search", "reupload_watch", "police_referral"],
        }


@dataclass(slots=True)
class Scenario:
    """The cases, the bank and the world of one seed."""

    seed: int
    started_at: datetime
    cases: tuple[CaseScript, ...]
    bank: tuple[Material, ...]
    world: World
    studio: Studio = field(repr=False)

    def hash_list(self) -> bytes:
        """The bank as JSON Lines, one fingerprint a line."""
        lines = []
        for material in self.bank:
            found = fingerprint_bytes(self.studio.file(material.artwork))
            entry = {
                "key": material.key,
                "kind": found.kind,
                "pdq": found.pdq,
                "quality": found.quality,
                "md5": found.md5,
                "sha1": found.sha1,
                "sha256": found.sha256,
            }
            lines.append(json.dumps(entry))
        return ("\n".join(lines) + "\n").encode()

    def sources(self) -> list[dict[str, Any]]:
        """Where a centre may look for copies. ``depth`` counts steps of links from ``url``.

        The address of the source kind ``json_search`` holds ``{query}``.
        """
        found: list[dict[str, Any]] = []
        for site in PLACES_WITH_POSTS:
            name, home = site.host.split(".")[0], f"http://{site.host}"
            listing = {"kind": "list_page", "url": home + site.list_path.format(n=1), "depth": 2}
            kinds = [(f"{name}-list", listing)]
            if site.feed:
                path = "/feed.xml" if site.feed == "rss" else "/sitemap.xml"
                feed = {"kind": site.feed, "url": home + path, "depth": 1}
                kinds.append((f"{name}-{site.feed}", feed))
            found += [
                {"code": code, "host": site.host, "place": site.place, **source}
                for code, source in kinds
            ]
        search = f"http://{SEARCH_HOST}/search?format=json&q={{query}}"
        found.append(
            {
                "code": "chaja-search",
                "host": SEARCH_HOST,
                "place": "search",
                "kind": "json_search",
                "url": search,
                "depth": 1,
            }
        )
        return found

    def media(self) -> list[Artwork]:
        """Every file that exists in this world: served, given by people, or in the bank."""
        served = [file.artwork for post in self.world.all_posts() for file in post.files]
        given = [m.artwork for case in self.cases for m in case.materials]
        return list(dict.fromkeys([*served, *given, *(m.artwork for m in self.bank)]))


def build(seed: int, started_at: datetime, *, cases: int = 2) -> Scenario:
    """The story of ``seed`` with ``cases`` people; the same every time.

    Building paints nothing: pictures come to be when somebody asks for them.
    """
    studio = Studio(seed)
    scripts = tuple(_case(seed, number, studio) for number in range(cases))
    bank = tuple(_bank_item(seed, number) for number in range(BANK_SIZE))
    planter = Planter(seed, started_at)
    planter.plant(_wishes_of_cases(seed, scripts))
    planter.plant(_wishes_of_bank(seed, bank))
    styles = [m.artwork.picture.key for script in scripts for m in script.materials]
    planter.fill(styles, [word for script in scripts for word in script.keywords])
    posts = planter.posts()
    for script in scripts:
        script.links = tuple(
            post.url
            for post in posts
            if post.planted and post.planted.owner == script.key and post.planted.origin == "given"
        )
    world = World(posts, suspends_after=_suspensions(posts))
    return Scenario(seed, started_at, scripts, bank, world, studio)


def _case(seed: int, number: int, studio: Studio) -> CaseScript:
    chance = dice(seed, "case", number)
    key = f"case-{CASE_NAMES[number % 26]}{number // 26 or ''}"
    language = "ko" if number % 2 == 0 else "en"
    amount = chance.randint(2, 4)
    materials = [_material(seed, f"{key}/m{n}", number) for n in range(amount - 1)]
    video = Artwork("video", Picture(f"{key}/film"), Alteration("MP4", quality=20))
    materials.append(Material(f"{key}/film", video))
    # The number makes a person's words unlike those of anybody else in the same world.
    mark = 100 + number
    return CaseScript(
        key=key,
        alias=words.account(chance),
        language=language,
        channel=chance.choice(("portal", "phone", "walk_in")),
        harm_types=chance.choice(HARMS),
        keywords=(f"{words.account(chance)}_{mark}", f"{words.title(chance, language)} {mark}"),
        materials=tuple(materials),
        studio=studio,
    )


def _material(seed: int, key: str, number: int) -> Material:
    """A pattern; for the first people sometimes one of the sample pictures, never shared."""
    chance = dice(seed, "material", key)
    sample = HUNTABLE_SAMPLES[(number + seed) % len(HUNTABLE_SAMPLES)]
    use = key.endswith("m0") and number < len(HUNTABLE_SAMPLES) and chance.random() < 0.5
    picture = Picture(key, sample=sample if use else "")
    return Material(key, Artwork("picture", picture, Alteration("JPEG", 92)))


def _bank_item(seed: int, number: int) -> Material:
    key = f"{BANK}/{number:02d}"
    quality = dice(seed, "bank quality", number).randint(80, 95)
    return Material(key, Artwork("picture", Picture(key), Alteration("JPEG", quality)))


def _dealt(seed: int, amount: int, *, skip: int = 0) -> list[str]:
    """Hosts in an order of the seed, round and round, so that none is left out."""
    hosts = [site.host for site in PLACES_WITH_POSTS]
    dice(seed, "deal").shuffle(hosts)
    return [hosts[(skip + n) % len(hosts)] for n in range(amount)]


def _wishes_of_cases(seed: int, scripts: tuple[CaseScript, ...]) -> list[Wanted]:
    wishes: list[Wanted] = []
    dealt = 0
    for script in scripts:
        chance = dice(seed, "copies", script.key)
        given = chance.randint(3, 6)
        more = max(
            chance.randint(3, 5), (len(PLACES_WITH_POSTS) - given) if len(scripts) == 1 else 0
        )
        hosts = _dealt(seed, given + more, skip=dealt)
        dealt += given + more
        own = _copies_of(script, hosts, given)
        wishes += own
    return wishes + _reuploads(seed, wishes)


def _copies_of(script: CaseScript, hosts: list[str], given: int) -> list[Wanted]:
    """One wish a host; the film goes where films are taken, pictures anywhere."""
    *pictures, film = script.materials
    wishes: list[Wanted] = []
    films = 0
    for number, host in enumerate(hosts):
        takes = next(site.takes_videos for site in PLACES_WITH_POSTS if site.host == host)
        show = film if takes and films < 3 else pictures[number % len(pictures)]
        films += show is film
        wishes.append(
            Wanted(
                key=f"{script.key}/copy{number}",
                host=host,
                material=show.key,
                original=show.artwork,
                owner=script.key,
                origin="given" if number < given else "elsewhere",
                keywords=script.keywords,
                language=script.language,
                # The last of each case can be found through the search engine alone.
                hidden=number == len(hosts) - 1,
            )
        )
    return wishes


def _reuploads(seed: int, wishes: list[Wanted]) -> list[Wanted]:
    """One to three posts that come up again after sites that do remove have removed."""
    chance = dice(seed, "reuploads")
    removing = {s.host for s in PLACES_WITH_POSTS if s.manner in (Manner.REMOVES, Manner.SOFT_404)}
    first = [wish for wish in wishes if wish.host == "pado-video.test"]
    others = [wish for wish in wishes if wish.host in removing and wish is not first[0]]
    chosen = [first[0], *others[: chance.randint(0, 2)]]
    again = []
    for wish in chosen:
        film = wish.original.kind == "video"
        hosts = [
            site.host
            for site in PLACES_WITH_POSTS
            if site.manner not in (Manner.BOUNCES, Manner.ASKS_LOGIN)
            and (site.takes_videos or not film)
        ]
        again.append(
            replace(
                wish,
                key=f"{wish.key}/again",
                host=chance.choice(hosts),
                origin="reupload",
                follows=wish.key,
                hidden=False,
            )
        )
    return again


def _wishes_of_bank(seed: int, bank: tuple[Material, ...]) -> list[Wanted]:
    chance = dice(seed, "patrol")
    amount = chance.randint(3, 6)
    chosen = chance.sample(bank, amount)
    hosts = _dealt(seed, amount, skip=chance.randrange(8))
    wishes = []
    for number, (material, host) in enumerate(zip(chosen, hosts, strict=True)):
        # One comes up only after the centre has begun; not where the whole site may go.
        late = number == amount - 1
        wishes.append(
            Wanted(
                key=f"{BANK}/copy{number}",
                host="maru-board.test" if late and host == "byeok.test" else host,
                material=material.key,
                original=material.artwork,
                owner=BANK,
                origin="patrol",
                exact=number == 0,
                after=timedelta(hours=chance.randint(26, 40)) if late else timedelta(0),
            )
        )
    return wishes


def _suspensions(posts: list[Post]) -> dict[str, int]:
    """After how many copies removed by its hosting company a site goes off the net for good."""
    bad = sum(post.host == "byeok.test" and post.planted is not None for post in posts)
    return {"byeok.test": bad}
