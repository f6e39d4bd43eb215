"""What is measured: how each contender is asked for the same answer, and what design wants of the application."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from tools.lifelike import phrases
from tools.lifelike.world import World

FLOOR, PEER, APPLICATION = "floor", "peer", "application"
Request = tuple[str, str, dict[str, str], str]


@dataclass(frozen=True)
class Facts:
    """What there is in a data set to ask for, and with what keys; `access.py` finds it."""

    size: int
    keys: list[str]
    """Some agreements that a reader may see."""
    party: str
    """The organization in the most agreements."""
    parties: list[str]
    """Some organizations, to be parties of what is created."""
    since: str
    """The moment from which on a twentieth of the registry was entered or changed, and a page of it at least."""
    place: tuple[int, int, int]
    """A place in the middle of the feed: epoch, transaction, event."""
    reader: str
    """The token of a reader."""
    editor: str
    """The token of an editor."""
    session: str
    """The cookie of a reader who signed in."""
    deep: str = ""
    """The cursor of a page of the API's list when nine tenths of it are turned over."""
    codes: tuple[str, ...] = ()
    """The numbers of some of `keys`, as addresses of pages have them."""

    @property
    def middle(self) -> int:
        return self.size // 2

    @property
    def tenth(self) -> int:
        """The number of the agreement from which on a tenth is left of the list."""
        return self.size // 10

    @property
    def rare(self) -> str:
        """A word that a handful of agreements say."""
        return phrases.name(World(self.size).projects - 1)

    @property
    def common(self) -> str:
        """A word that stands in one title of twenty."""
        return "protocole"


@dataclass(frozen=True)
class Goal:
    """Of the application's requests a second, as a multiple of the baseline's; and CPU milliseconds a request."""

    reach: float
    beyond: float
    cpu: float
    grows: float = 2
    """How many times as long it may take of a million agreements as of a thousand."""


Asked = Callable[[Facts], list[Request]]


@dataclass(frozen=True)
class Operation:
    """One thing that is asked of every contender that has it. `baseline` is who the others are multiples of."""

    name: str
    title: str
    asked: Mapping[str, Asked]
    goal: Goal | None = None
    baseline: str = FLOOR
    writes: bool = False
    grows: float | None = None
    """As a goal's, of what has no other goal."""

    @property
    def may_grow(self) -> float | None:
        return self.goal.grows if self.goal else self.grows


def _get(path: str | Callable[[Facts], str]) -> Asked:
    return lambda facts: [("GET", path if isinstance(path, str) else path(facts), {}, "")]


def _each(path: str) -> Asked:
    return lambda facts: [("GET", f"{path}{key}", {}, "") for key in facts.keys]


def _api(path: str | Callable[[Facts], str]) -> Asked:
    """Of the application's API, with the token of a reader."""

    def asked(facts: Facts) -> list[Request]:
        told = path if isinstance(path, str) else path(facts)
        return [("GET", f"/api/v1{told}", {"Authorization": f"Bearer {facts.reader}"}, "")]

    return asked


def _one(facts: Facts) -> list[Request]:
    return [
        ("GET", f"/api/v1/agreements/{key}", {"Authorization": f"Bearer {facts.reader}"}, "")
        for key in facts.keys
    ]


def _page(path: Callable[[Facts], str]) -> Asked:
    return lambda facts: [("GET", path(facts), {"Cookie": facts.session}, "")]


def dossier(facts: Facts) -> str:
    """Three parties and six commitments, as everybody is sent them."""
    return json.dumps(
        {
            "kind": "partnership_agreement",
            "source_language": "fr",
            "titles": {"fr": "Convention de partenariat relative à la formation mesurée"},
            "parties": [
                {"key": f"p{number}", "organization": {"id": key}}
                for number, key in enumerate(facts.parties[:3], 1)
            ],
            "commitments": [
                {
                    "kind": "training",
                    "texts": {"fr": f"La partie assure {number} sessions de formation pour les jeunes."},
                    "debtors": [f"p{number % 3 + 1}"],
                }
                for number in range(6)
            ],
        }
    )


def _create(path: str, *, as_editor: bool = False) -> Asked:
    def asked(facts: Facts) -> list[Request]:
        headers = (
            {"Authorization": f"Bearer {facts.editor}", "Idempotency-Key": "{unique}"} if as_editor else {}
        )
        return [("POST", path, headers, dossier(facts))]

    return asked


_FILTER = "kind=partnership_agreement&source_language=fr&signed_from=2012-01-01"

OPERATIONS = [
    Operation(
        "list",
        "list of 50, with everything in it",
        {FLOOR: _get("/list"), PEER: _get("/uncounted"), APPLICATION: _api("/agreements")},
        Goal(1.3, 2, 8),
    ),
    Operation(
        "deep",
        "the same, nine tenths down the list",
        {
            FLOOR: _get(lambda facts: f"/deep?below={facts.tenth}"),
            PEER: _get(lambda facts: f"/agreements?offset={facts.size * 9 // 10}"),
            APPLICATION: _api(lambda facts: f"/agreements?cursor={facts.deep}"),
        },
        grows=2,
    ),
    Operation(
        "one",
        "one agreement",
        {FLOOR: _each("/one?id="), PEER: _each("/agreements/"), APPLICATION: _one},
        Goal(0.6, 1.1, 2.2),
    ),
    Operation(
        "filter",
        "filtered list of 50, capped count",
        {
            FLOOR: _get("/filter"),
            PEER: _get(f"/agreements?{_FILTER}"),
            APPLICATION: _api(f"/agreements?{_FILTER}&count=capped"),
        },
        Goal(1.2, 1.8, 8.5),
    ),
    Operation(
        "party",
        "of one organization, capped count",
        {
            FLOOR: _get(lambda facts: f"/party?id={facts.party}"),
            PEER: _get(lambda facts: f"/agreements?party={facts.party}"),
            APPLICATION: _api(lambda facts: f"/agreements?party={facts.party}&count=capped"),
        },
        Goal(0.9, 1.6, 8),
    ),
    Operation(
        "sync",
        "page of 100, changed since",
        {
            FLOOR: _get(lambda facts: f"/sync?since={quote(facts.since)}&after=0"),
            PEER: _get(lambda facts: f"/uncounted?after={facts.size * 19 // 20}&limit=100"),
            APPLICATION: _api(
                lambda facts: f"/agreements?updated_since={quote(facts.since)}&order=number&page_size=100"
            ),
        },
        Goal(1.3, 2, 11),
    ),
    Operation(
        "feed",
        "100 lines of the feed",
        {
            FLOOR: _get(lambda facts: "/feed?epoch={}&xid={}&id={}".format(*facts.place)),
            APPLICATION: _api(lambda facts: f"/changes?page_size=100&after={token(facts.place)}"),
        },
    ),
    Operation(
        "rare",
        "search, a rare word",
        {
            FLOOR: _get(lambda facts: f"/search?q={facts.rare}"),
            PEER: _get(lambda facts: f"/uncounted?search={facts.rare}&limit=20"),
            APPLICATION: _api(lambda facts: f"/search?type=agreement&q={facts.rare}"),
        },
        Goal(0.45, 0.9, 4.5),
    ),
    Operation(
        "common",
        "search, a common word",
        {
            FLOOR: _get(lambda facts: f"/search?q={facts.common}"),
            PEER: _get(lambda facts: f"/uncounted?search={facts.common}&limit=20"),
            APPLICATION: _api(lambda facts: f"/search?type=agreement&q={facts.common}"),
        },
        Goal(1.5, 2.2, 18, grows=10),
    ),
    Operation(
        "faceted",
        "page of a search with facets, a rare word",
        {
            FLOOR: _get(lambda facts: f"/facets?q={facts.rare}"),
            APPLICATION: _page(lambda facts: f"/en/agreements/?q={facts.rare}"),
        },
        grows=10,
    ),
    Operation(
        "page",
        "HTML list of 50",
        {
            PEER: _get("/page"),
            APPLICATION: _page(lambda facts: "/en/agreements/"),
        },
        Goal(10, 20, 12),
        baseline=PEER,
    ),
    Operation(
        "sheet",
        "HTML sheet of one agreement",
        {
            APPLICATION: lambda facts: [
                ("GET", f"/en/agreements/{code}/", {"Cookie": facts.session}, "") for code in facts.codes
            ]
        },
        baseline=PEER,
        grows=2,
    ),
    Operation(
        "create",
        "create, the rows alone as floor",
        {
            FLOOR: _create("/rows"),
            PEER: _create("/agreements"),
            APPLICATION: _create("/api/v1/agreements", as_editor=True),
        },
        Goal(0.4, 0.8, 8),
        writes=True,
    ),
    Operation(
        "create-kept",
        "create, floor with all that the tables demand",
        {
            FLOOR: _create("/create"),
            APPLICATION: _create("/api/v1/agreements", as_editor=True),
        },
        writes=True,
    ),
]
BY_NAME = {each.name: each for each in OPERATIONS}


def token(place: tuple[int, int, int]) -> str:
    """A place in the feed as its address takes it."""
    epoch, xid, number = place
    return f"{epoch:04x}{xid:016x}{number:016x}"
