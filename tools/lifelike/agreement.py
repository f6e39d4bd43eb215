"""One agreement with everything in it, its source, its proof, and what was done about it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from tools.lifelike import phrases
from tools.lifelike.tables import BLANK, NOT_STATED, Row, any_language, exact, row, spoken, texts

if TYPE_CHECKING:
    from tools.lifelike.world import World


@dataclass
class Made:
    """One agreement, being made; its quotes are gathered while its facts are."""

    COMMITMENTS: ClassVar = ((1, 2, 4, 6, 8, 10, 14), (5, 10, 20, 30, 20, 10, 5))
    ACTIVITIES: ClassVar = ((0, 1, 3, 5, 8, 14), (15, 15, 30, 20, 15, 5))
    """How many there may be, and the weight of each."""

    world: "World"
    number: int
    text: list[str] = field(default_factory=list)
    length: int = 0
    quotes: list[tuple] = field(default_factory=list)

    def __post_init__(self):
        self.dice = random.Random(f"{self.world.seed} agreement {self.number}")  # noqa: S311
        self.record = self.world.before + self.number - 1
        self.id = self.world.agreement(self.number)
        self.source = self.key("agreements_source")
        self.language = any_language(self.dice)
        self.signed_on = date(2009, 1, 1) + timedelta(days=self.dice.randrange(5950))

    def key(self, table: str, part: int = 0, *, later: int = 0) -> str:
        return self.world.key(table, self.record, part, later=later)

    def chance(self, of: float) -> bool:
        return self.dice.random() < of

    def words(self, said: dict[str, str]) -> tuple[str, ...]:
        """A text in the language of the source, perhaps in another one too."""
        return texts(said, spoken(self.dice, self.language))

    def quote(self, sentence: str, *, about: str = "", fact: str = "of_agreement", key: str = "") -> None:
        """`sentence` stands in the source next, and proves a fact."""
        start = self.length
        self.text.append(sentence)
        self.length += len(sentence) + 1
        pointers = [
            (key or self.id) if fact == each else None
            for each in (
                "of_agreement",
                "party",
                "signatory",
                "group",
                "objective",
                "commitment",
                "statement",
                "advantage",
            )
        ]
        number = len(self.quotes)
        self.quotes.append(
            (
                self.key("agreements_citation", number),
                start,
                start + len(sentence),
                sentence,
                about,
                "",
                self.id,
                self.source,
                *pointers,
            )
        )

    def claim(self, shares: tuple[int, ...], day: date) -> tuple:
        """A date claim: exact, a month, a year, in words alone, not stated, or explicitly none, by these shares."""
        kind = self.dice.choices(("day", "month", "year", "relative", "not_stated", "none"), shares)[0]
        if kind == "day":
            return (phrases.day(day, self.language), exact(day), "stated", "")
        if kind == "month":
            first = day.replace(day=1)
            after = (first + timedelta(days=31)).replace(day=1)
            return (phrases.month(day, self.language), f"[{first},{after})", "stated", "")
        if kind == "year":
            return (str(day.year), f"[{day.year}-01-01,{day.year + 1}-01-01)", "stated", "")
        if kind == "relative":
            return (phrases.RELATIVE[self.language], None, "relative", "")
        if kind == "none":
            return ("", None, "none", phrases.NO_END)
        return NOT_STATED

    def rows(self) -> Iterator[Row]:
        """All rows of the agreement: each stands after what it points at, what was done about it last."""
        parts = list(self.parts())
        facts, own = parts[1:], parts[0]
        yield row("agreements_source", *self.whole_source())
        yield own
        yield from facts
        for each in self.quotes:
            yield row("agreements_citation", *each)
        yield from self.done()

    def parts(self) -> Iterator[Row]:
        yield row("agreements_agreement", *self.own())
        yield row(
            "agreements_agreementsource", self.key("agreements_agreementsource"), 1, self.id, self.source
        )
        yield from self.placed()
        yield from self.named()
        yield from self.between()
        yield from self.undertaken()
        yield from self.besides()

    def own(self) -> tuple:
        dice, signed_on = self.dice, self.signed_on
        state = dice.choices(("published", "draft", "in_review", "withdrawn"), (94, 3, 2, 1))[0]
        project = phrases.name(dice.randrange(self.world.projects)) if self.chance(0.3) else ""
        kind, titles = phrases.title(dice, project)
        place = dice.choice(phrases.PLACES) if self.chance(0.6) else ""
        signed = self.claim((70, 8, 5, 4, 13, 0), signed_on)
        effective = self.claim((35, 2, 1, 22, 40, 0), signed_on + timedelta(days=dice.randrange(60)))
        ends = self.claim((35, 3, 4, 20, 33, 5), signed_on + timedelta(days=365 * dice.randint(1, 6)))
        renewal = dice.choices(("not_stated", "none", "automatic", "by_agreement"), (60, 5, 20, 15))[0]
        amount = dice.randrange(1, 4000) * 5000 if self.chance(0.35) else None
        programme = dice.randrange(len(phrases.PROGRAMMES)) if self.chance(0.1) else None
        occasions = self.words(phrases.occasion(dice)) if self.chance(0.25) else BLANK
        told = {
            "signed": signed,
            "effective": effective,
            "ends": ends,
        }
        self.quote(phrases.preamble(titles[self.language], self.language), about="title")
        for name, claim in told.items():
            if claim[2] != "not_stated":
                self.quote(phrases.dated(name, claim[0] or claim[3], self.language), about=name)
        for name, is_told in (
            ("renewal", renewal != "not_stated"),
            ("amount", amount is not None),
            ("programme", programme is not None),
            ("place", place != ""),
            ("occasion", any(occasions)),
        ):
            if is_told:
                self.quote(phrases.told(name, place or amount or "", self.language), about=name)
        return (
            self.id,
            self.number,
            f"C-{signed_on.year}/{self.number}" if self.chance(0.4) else "",
            self.language,
            *self.words(titles),
            "source" if self.chance(0.7) else "registry",
            *occasions,
            place,
            *signed,
            *effective,
            *ends,
            renewal,
            *(
                self.words(phrases.RENEWAL)
                if renewal in ("automatic", "by_agreement") and self.chance(0.5)
                else BLANK
            ),
            dice.choice((30, 60, 90)) if renewal == "automatic" and self.chance(0.5) else None,
            None if amount is None else f"{amount}.00",
            "" if amount is None else dice.choices(("MAD", "EUR", "USD"), (80, 15, 5))[0],
            "true" if self.chance(0.05) else "false",
            dice.choices(("public", "partners", "restricted"), (88, 9, 3))[0],
            state,
            "",
            1,
            self.world.account(2),
            None,
            self.world.account(1) if state in ("published", "withdrawn") else None,
            kind,
            None if programme is None else self.world.programme(programme),
        )

    def placed(self) -> Iterator[Row]:
        themes = self.dice.sample(phrases.THEMES, self.dice.choices((0, 1, 2, 3), (10, 50, 30, 10))[0])
        for number, theme in enumerate(themes, 1):
            yield row(
                "agreements_agreementtheme",
                self.key("agreements_agreementtheme", number),
                number,
                self.id,
                theme,
            )
        if self.chance(0.08):
            yield row(
                "agreements_agreementidentifier",
                self.key("agreements_agreementidentifier"),
                "archive",
                f"AR-{self.number:06d}",
                self.id,
            )
        if self.number > 10 and self.chance(0.05):
            other = self.world.agreement(self.dice.randrange(1, self.number))
            kind = self.dice.choice(("implements", "renews", "related"))
            yield row("agreements_agreementlink", self.key("agreements_agreementlink"), kind, self.id, other)

    def named(self) -> Iterator[Row]:
        self.groups = []
        for number in range(1, self.dice.choices((0, 1, 2), (35, 50, 15))[0] + 1):
            code, said = phrases.group(self.dice)
            key = self.key("agreements_namedgroup", number)
            self.groups.append(key)
            place = self.dice.choice(phrases.PLACES) if self.chance(0.2) else ""
            yield row(
                "agreements_namedgroup",
                key,
                number,
                *self.words(said),
                place,
                "provision",
                self.id,
                None,
                code,
            )
            self.quote(said[self.language].capitalize() + ".", fact="group", key=key)

    def between(self) -> Iterator[Row]:
        dice, world = self.dice, self.world
        many = dice.choices((2, 3, 4, 5, 6), (45, 30, 14, 7, 4))[0]
        self.parties, self.members = [], []
        while len(self.members) < many:
            body = int(world.bodies * dice.random() ** 3)
            if body not in self.members:
                self.members.append(body)
        for number, body in enumerate(self.members, 1):
            key = self.key("agreements_party", number)
            self.parties.append(key)
            written = phrases.written(body, self.language)
            role = "party" if self.chance(0.85) else dice.choice(("donor", "implementer"))
            yield row(
                "agreements_party",
                key,
                number,
                written if self.chance(0.6) else "",
                self.id,
                world.body(body),
                role,
            )
            self.quote(phrases.party(written, number, self.language), fact="party", key=key)
            if self.chance(0.25):
                person = int(world.people * dice.random() ** 2)
                signatory = self.key("agreements_signatory", number)
                yield row("agreements_signatory", signatory, None, key, world.person(person))

    def undertaken(self) -> Iterator[Row]:
        dice = self.dice
        if self.chance(0.7):
            said, key = phrases.objective(dice), self.key("agreements_objective", 1)
            yield row("agreements_objective", key, 1, *self.words(said), "objective", self.id)
            self.quote(said[self.language], fact="objective", key=key)
            if self.groups and self.chance(0.5):
                yield row(
                    "agreements_objectivegroup", self.key("agreements_objectivegroup"), self.groups[0], key
                )
        self.commitments, links = [], 0
        for number in range(1, dice.choices(*self.COMMITMENTS)[0] + 1):
            kind, said, unit = phrases.commitment(dice)
            key = self.key("agreements_commitment", number)
            self.commitments.append(key)
            counted = dice.randint(1, 40) if self.chance(0.2) else None
            day = self.signed_on + timedelta(days=dice.randint(30, 1500))
            yield row(
                "agreements_commitment",
                key,
                number,
                *self.words(said),
                number,
                *(self.words(phrases.purpose(dice)) if self.chance(0.25) else BLANK),
                dice.choice(phrases.PLACES) if self.chance(0.15) else "",
                *self.claim((22, 6, 6, 16, 50, 0), day),
                None if counted is None else f"{counted}.00",
                "" if counted is None else unit,
                self.id,
                kind,
            )
            self.quote(said[self.language], fact="commitment", key=key)
            for party in self.parties if self.chance(0.15) else [dice.choice(self.parties)]:
                links += 1
                yield row(
                    "agreements_commitmentdebtor", self.key("agreements_commitmentdebtor", links), key, party
                )
            if self.groups and self.chance(0.3):
                yield row(
                    "agreements_commitmentbeneficiary",
                    self.key("agreements_commitmentbeneficiary", number),
                    key,
                    self.groups[0],
                    None,
                )

    def besides(self) -> Iterator[Row]:
        if self.chance(0.1):
            said, key = phrases.STATEMENT, self.key("agreements_statement")
            yield row(
                "agreements_statement",
                key,
                1,
                *self.words(said),
                "not_stated",
                "indirect",
                self.id,
                None,
                None,
            )
            self.quote(said[self.language], fact="statement", key=key)
        if self.chance(0.1):
            said, key = phrases.ADVANTAGE, self.key("agreements_advantage")
            yield row("agreements_advantage", key, 1, *self.words(said), self.id, None, None, None)
            self.quote(said[self.language], fact="advantage", key=key)
        if self.chance(0.04):
            kind = self.dice.choice(("suspension", "termination", "renewal"))
            day = self.signed_on + timedelta(days=self.dice.randint(200, 1500))
            new_end = (
                self.claim((1, 0, 0, 0, 0, 0), day + timedelta(days=730)) if kind == "renewal" else NOT_STATED
            )
            occurred = self.claim((8, 1, 0, 0, 1, 0), day)
            key = self.key("agreements_lifecycleevent")
            yield row(
                "agreements_lifecycleevent", key, kind, *occurred, *new_end, *BLANK, self.id, self.source
            )
        if self.chance(0.02):
            day = self.signed_on + timedelta(days=self.dice.randint(200, 900))
            key = self.key("agreements_amendment")
            yield row(
                "agreements_amendment",
                key,
                1,
                "",
                *self.claim((8, 0, 0, 0, 2, 0), day),
                *NOT_STATED,
                *self.words(phrases.RENEWAL),
                self.id,
                self.source,
            )
        if self.chance(0.08):
            key = self.key("agreements_openquestion")
            yield row(
                "agreements_openquestion", key, 1, "", *self.words(phrases.QUESTION), None, "", "", self.id
            )
            for number, said in enumerate(phrases.READINGS, 1):
                yield row(
                    "agreements_reading",
                    self.key("agreements_reading", number),
                    number,
                    *self.words(said),
                    key,
                )

    def whole_source(self) -> tuple:
        text = " ".join([*self.text, phrases.CLOSING[self.language] * self.dice.randint(1, 8)])
        return (
            self.source,
            "signed_text" if self.chance(0.7) else "press_article",
            self.language,
            phrases.document(self.number, self.language),
            "",
            "",
            "",
            *self.claim((4, 1, 1, 0, 4, 0), self.signed_on),
            text,
        )

    def done(self) -> Iterator[Row]:
        """The activities, what each counts towards, whom it reached; and now and then a party's own view."""
        dice = self.dice
        for number in range(1, dice.choices(*self.ACTIVITIES)[0] + 1):
            later = (30 * number + dice.randrange(30)) * 86_400_000
            key = self.key("activities_activity", number, later=later)
            kind, said = phrases.activity(dice)
            day = self.signed_on + timedelta(days=30 * number + dice.randrange(30))
            yield row(
                "activities_activity",
                key,
                self.language,
                *self.words(said),
                *BLANK,
                "held" if self.chance(0.8) else "planned",
                *self.claim((80, 8, 4, 0, 8, 0), day),
                dice.choice(phrases.PLACES) if self.chance(0.7) else "",
                kind,
            )
            yield row(
                "activities_activityorganizer",
                self.key("activities_activityorganizer", number, later=later),
                key,
                self.world.body(dice.choice(self.members)),
            )
            yield row(
                "activities_fulfilment",
                self.key("activities_fulfilment", number, later=later),
                "whole" if self.chance(0.4) else "part",
                "",
                key,
                dice.choice(self.commitments),
            )
            if self.chance(0.6):
                yield row(
                    "activities_participation",
                    self.key("activities_participation", number, later=later),
                    "all",
                    dice.randint(5, 300),
                    key,
                    dice.choice(phrases.GROUP_CODES),
                )
        for number, each in enumerate(self.commitments, 1):
            if self.chance(0.06):
                yield row(
                    "activities_progressview",
                    self.key("activities_progressview", number, later=86_400_000 * 300),
                    dice.choice(("kept", "partly", "not_kept")),
                    self.signed_on + timedelta(days=400),
                    "",
                    each,
                    dice.choice(self.parties),
                )


class Light(Made):
    """The same with a quarter of the commitments, an eighth of the activities, and a quote of its title alone."""

    COMMITMENTS: ClassVar = ((1, 2, 3), (60, 30, 10))
    ACTIVITIES: ClassVar = ((0, 1, 2), (60, 30, 10))

    def quote(self, sentence: str, *, about: str = "", fact: str = "of_agreement", key: str = "") -> None:
        if about == "title":
            super().quote(sentence, about=about, fact=fact, key=key)
