"""Who there is in a registry of a size: accounts, bodies under each other, people, programmes; and its agreements."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from tools.lifelike import phrases
from tools.lifelike.agreement import Light, Made
from tools.lifelike.tables import BLANK, CODE, LANGUAGES, Row, any_language, row, spoken, texts

FIRST_ENTRY = int(datetime(2010, 1, 4, tzinfo=UTC).timestamp() * 1000)
LAST_ENTRY = int(datetime(2025, 6, 30, tzinfo=UTC).timestamp() * 1000)


@dataclass(frozen=True)
class World:
    """A registry of `size` agreements. Everything in it follows from the size and the seed.

    In a `light` one an agreement has less in it, so that a million of them fit: see `Light`.
    """

    size: int
    seed: int = 1
    light: bool = False

    @property
    def bodies(self) -> int:
        return max(40, self.size * 4 // 5)

    @property
    def people(self) -> int:
        return max(20, self.size // 4)

    @property
    def projects(self) -> int:
        """How many projects there are to name: each is named in about six agreements."""
        return max(10, self.size // 20)

    @cached_property
    def before(self) -> int:
        """Records that are entered before the first agreement; each record has one number in the order of entry."""
        return self.bodies + self.people + len(phrases.PROGRAMMES)

    @property
    def records(self) -> int:
        return self.before + self.size

    def entered(self, record: int) -> int:
        """When a record was entered, in milliseconds."""
        return FIRST_ENTRY + (LAST_ENTRY - FIRST_ENTRY) * record // self.records

    def key(self, table: str, record: int, part: int = 0, *, later: int = 0) -> str:
        """A UUIDv7 of the moment of entry, `later` milliseconds on, that tells table, record and part."""
        moment = f"{self.entered(record) + later:012x}"
        return f"{moment[:8]}-{moment[8:]}-7{CODE[table]:03x}-8{part:03x}-{record:012x}"

    def rows(self) -> Iterator[Row]:
        """Every row, in an order in which each stands after what it points at."""
        yield from self.others()
        yield from self.agreements(range(1, self.size + 1))

    def others(self) -> Iterator[Row]:
        """The rows that belong to no agreement."""
        yield from _accounts(self)
        for number in range(self.bodies):
            yield _body(self, number)
        for number in range(self.people):
            names = phrases.person(number)
            yield row("organizations_person", self.person(number), *texts(names, ("fr", "ar")), "fr")
        for number, (slug, names) in enumerate(phrases.PROGRAMMES):
            yield row(
                "agreements_programme", self.programme(number), slug, "fr", *texts(names, LANGUAGES), *BLANK
            )

    def agreements(self, numbers: Iterable[int]) -> Iterator[Row]:
        """The rows of these agreements, which do not follow from those of any other."""
        made = Light if self.light else Made
        for number in numbers:
            yield from made(self, number).rows()

    # Who is who.

    def body(self, number: int) -> str:
        return self.key("organizations_organization", number)

    def person(self, number: int) -> str:
        return self.key("organizations_person", self.bodies + number)

    def programme(self, number: int) -> str:
        return self.key("agreements_programme", self.bodies + self.people + number)

    def agreement(self, number: int) -> str:
        """The key of the agreement with the number `number` in the registry, from one on."""
        return self.key("agreements_agreement", self.before + number - 1)

    def account(self, number: int) -> str:
        return self.key("organizations_user", 0, number)


def _accounts(world: World) -> Iterator[Row]:
    """An administrator, a reviewer, an editor, a contributor and a reader; none can sign in by a password."""
    for number, role in enumerate(("administrator", "reviewer", "editor", "contributor", "reader")):
        yield row(
            "organizations_user",
            world.account(number),
            "!",
            f"{role}@dataset.example",
            role.capitalize(),
            role,
            "true",
            "en",
            "2010-01-01 00:00:00+00",
            "false",
            "2025-07-01 00:00:00+00",
            None,
        )


def _body(world: World, number: int) -> Row:
    dice = random.Random(f"{world.seed} body {number}")  # noqa: S311  the same rows again, and no secret
    language = any_language(dice)
    # Three in ten stand under another one, mostly under one of the large.
    parent = int(number * dice.random() ** 3) if number > 20 and dice.random() < 0.3 else None
    kind, names = phrases.body(number, dice)
    return row(
        "organizations_organization",
        world.body(number),
        f"body-{number}",
        language,
        *texts(names, spoken(dice, language)),
        *texts(dict.fromkeys(LANGUAGES, f"B{number}"), (language,) if dice.random() < 0.2 else ()),
        "MA" if dice.random() < 0.85 else dice.choice(("FR", "ES", "BE", "SN", "TN")),
        dice.choice(phrases.PLACES),
        "part_of" if parent is not None else "",
        *BLANK,
        "",
        None if parent is None else world.body(parent),
        kind,
    )
