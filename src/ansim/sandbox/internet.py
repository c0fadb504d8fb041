"""The small internet: its servers, its clock and its truth, in one object."""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from ansim.fetching.policy import Vantage
from ansim.sandbox.answers import Answer, Request, answer
from ansim.sandbox.errors import SandboxRefused, SandboxStopped
from ansim.sandbox.mailroom import Maildir
from ansim.sandbox.reactions import Reactions
from ansim.sandbox.resolver import FileResolver, write_names
from ansim.sandbox.scenario import Scenario, build
from ansim.sandbox.servers import FALLBACK, MailServer, WebServers, bindable
from ansim.sandbox.sites import SITES
from ansim.sandbox.truth import Truth

T = TypeVar("T")

RECIPIENTS: Final = Path(__file__).parent / "recipients"
"""The folder of TOML files that describe the sandbox's sites and desks as recipients."""
NETWORK: Final = "127.0.0.0/8"
"""Every address of the sandbox lies in here."""
PATIENCE: Final = 20.0
TICK_SECONDS: Final = 0.1


def _vantages() -> tuple[Vantage, ...]:
    seoul, frankfurt = "127.78.0.1", "127.78.0.2"
    if bindable(seoul) == FALLBACK:
        # Without addresses of their own nobody can tell them apart: both stand in Korea.
        return Vantage("seoul", "KR"), Vantage("frankfurt", "DE")
    return Vantage("seoul", "KR", seoul), Vantage("frankfurt", "DE", frankfurt)


class Internet:
    """Sites, a search engine, a hosting company, desks and mail on loopback, with known truth.

    ``clock`` gives the story's time (aware UTC). Time is stepped: after the clock has moved,
    :meth:`tick` applies everything that fell due. With ``auto_tick`` a thread does that.
    ``names_file`` (beside the Maildir unless said) is where other processes resolve names from.
    """

    def __init__(
        self,
        seed: int,
        *,
        clock: Callable[[], datetime],
        maildir: Path,
        started_at: datetime,
        centre_domain: str = "centre.test",
        mail_address: str = "notice@centre.test",
        cases: int = 2,
        names_file: Path | None = None,
        auto_tick: bool = False,
    ) -> None:
        self.seed = seed
        self.mail_address = mail_address
        self.maildir = maildir
        self.names_file = names_file or maildir.parent / "sandbox-names.json"
        self.scenario: Scenario = build(seed, started_at, cases=cases)
        self.vantages = _vantages()
        self.smtp_host, self.smtp_port = "", 0
        self._clock = clock
        self._auto_tick = auto_tick
        self._lock = threading.RLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        world = self.scenario.world
        self._reactions = Reactions(
            seed,
            world,
            Maildir(maildir),
            centre_domain=centre_domain,
            on_host_down=lambda _host: self._publish_names(),
        )
        self._reactions.begin(started_at)
        countries = {v.source_address: v.country for v in self.vantages if v.source_address}
        hosts = [site.host for site in SITES]
        self._web = WebServers(hosts, self._answer, self.scenario.studio, countries)
        self._mail = MailServer(self._reactions.known, self._receive)
        self.resolver = FileResolver(self.names_file)

    @property
    def truth(self) -> Truth:
        """What is really so. Read it between ticks."""
        return self.scenario.world.truth

    def start(self) -> None:
        """Start all servers in one private thread.

        Raises:
            SandboxRefused: ``ANSIM_MODE`` is ``production``.

        """
        if os.environ.get("ANSIM_MODE", "").strip().lower() == "production":
            raise SandboxRefused
        loop = asyncio.new_event_loop()
        self._loop = loop
        self._spawn("sandbox-internet", lambda: _run(loop))
        self._wait(self._web.start())
        self.smtp_host, self.smtp_port = self._wait(self._mail.start())
        self._publish_names()
        if self._auto_tick:
            self._spawn("sandbox-clock", self._keep_ticking)

    def stop(self) -> None:
        """Stop all servers; harmless when not started."""
        self._stopping.set()
        if self._loop is not None:
            self._wait(self._mail.stop())
            self._wait(self._web.stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
        for thread in self._threads:
            thread.join(PATIENCE)
        self._threads.clear()
        self._loop = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def tick(self, now: datetime) -> int:
        """Apply everything due by ``now``, in order; how many events that were."""
        with self._lock:
            return self._reactions.apply(now)

    def next_event_at(self) -> datetime | None:
        """When the next thing will happen by itself; None when nothing is planned."""
        with self._lock:
            return self._reactions.next_at()

    def addresses(self) -> dict[str, tuple[str, int]]:
        """Host name -> loopback address and port, without the hosts that were taken down."""
        down = self.scenario.world.down
        return {host: at for host, at in self._web.addresses.items() if host not in down}

    def save_truth(self, path: Path) -> None:
        """Write the truth of this moment for other processes."""
        with self._lock:
            self.truth.save(path)

    def media_bytes(self) -> Iterator[tuple[str, bytes]]:
        """Every file of this world (name, bytes), to search a data folder for. Paints them all."""
        for artwork in self.scenario.media():
            yield artwork.picture.key, self.scenario.studio.file(artwork)

    def media_requests(self) -> dict[str, int]:
        """How often pictures and videos were fetched, by User-Agent: who looked at them."""
        return dict(self._web.media_requests)

    def start_payload(self) -> dict[str, Any]:
        """What another process needs to live in this internet; JSON-able."""
        return {
            "seed": self.seed,
            "names_file": str(self.names_file),
            "addresses": {host: list(at) for host, at in self.addresses().items()},
            "permitted_networks": [NETWORK],
            "vantages": [
                {"name": v.name, "country": v.country, "source_address": v.source_address}
                for v in self.vantages
            ],
            "smtp": {"host": self.smtp_host, "port": self.smtp_port},
            "maildir": str(self.maildir),
            "mail_address": self.mail_address,
            "recipients": str(RECIPIENTS),
            "sources": self.scenario.sources(),
        }

    def _answer(self, request: Request) -> Answer:
        with self._lock:
            return answer(self.scenario.world, request, self._clock())

    def _receive(self, data: bytes, sender: str, recipients: list[str]) -> None:
        with self._lock:
            self._reactions.receive(data, sender, recipients, self._clock())

    def _publish_names(self) -> None:
        write_names(self.names_file, self.addresses())

    def _keep_ticking(self) -> None:
        while not self._stopping.wait(TICK_SECONDS):
            self.tick(self._clock())

    def _spawn(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            raise SandboxStopped
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
