"""Plainly fictional agreements, as many as asked for, to show a registry at its full size."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import override

from activities import samples, services
from agreements.models import (
    Agreement,
    AgreementIdentifier,
    AgreementKind,
    Commitment,
    Party,
    Programme,
    TargetGroup,
    Theme,
)
from audit.trail import Actor
from lib import languages
from organizations.models import Office, Organization, System

_MOST_PARTIES = (2, 2, 2, 2, 3, 3, 4)
_OPEN = ("draft", "in_review")
_LAST_DAY = date(2026, 7, 1)
"""Before it things were held, after it they are planned: a fixed day, so that every registry has the same."""


@cache
def _fiction() -> dict[str, Any]:
    return json.loads((samples.FOLDER / "fictional.json").read_text(encoding="utf-8"))


def _on(day: date, words: str, last: date | None = None) -> dict[str, Any]:
    """A date stated in these words: the day itself, or the days up to `last`."""
    return {"stated": words, "earliest": day, "latest": last or day, "basis": "stated"}


def _fill(texts: Mapping[str, str], **words: Mapping[str, str] | str) -> dict[str, str]:
    """`texts` with words put in; a word that has languages of its own is put in in each."""
    return {
        code: text.format(
            **{name: each if isinstance(each, str) else each[code] for name, each in words.items()}
        )
        for code, text in texts.items()
    }


class Fiction:
    """Writes fictional agreements. The same number gives the same agreement, whatever is loaded around it."""

    def __init__(self):
        self.bodies = [
            {"slug": f"fictional-{form['slug']}-{number + 1}", "place": place, "number": number, "form": form}
            for number, place in enumerate(_fiction()["places"])
            for form in _fiction()["bodies"]
        ]
        # A few bodies are in many agreements, as in life.
        self.weights = [1 / (rank + 1) for rank in range(len(self.bodies))]
        self.terms = {
            model: {
                row.code: languages.texts(row, "label") for row in model.objects.order_by("position", "code")
            }
            for model in (AgreementKind, Theme, TargetGroup)
        }
        self.look()

    def look(self) -> None:
        """See which fictional bodies, offices and programmes are in the registry already."""
        self.known, self.programmes = _keys(Organization), _keys(Programme)
        self.offices = _keys(Office, "organization__slug")

    def write(self, number: int) -> "Told":
        return Told(self, number)

    def enter(self, number: int, *, author: Actor, reviewer: Actor) -> None:
        """Enter the fictional agreement of this number, with what was done under it."""
        told = self.write(number)
        with transaction.atomic():
            agreement = samples.enter(told.dossier, author=author, reviewer=reviewer, until=told.state)
            if told.state == "published":
                told.report(agreement)
        self.look()


def _keys(model: type[Model], slug: str = "slug") -> dict[str, UUID]:
    return dict(model.objects.filter(**{f"{slug}__startswith": "fictional-"}).values_list(slug, "pk"))


class Told:
    """One fictional agreement: its text, written sentence by sentence, and the dossier that cites it."""

    def __init__(self, fiction: Fiction, number: int):
        self.fiction, self.number = fiction, number
        self.dice = Random(f"sample {number}")  # noqa: S311  (a draw that anybody may repeat)
        self.language = self.dice.choice(languages.CODES)
        self.text = ""
        self.bodies = self.draw_bodies()
        self.theme, self.kind = (
            self.dice.choice([*fiction.terms[it].items()]) for it in (Theme, AgreementKind)
        )
        self.state = self.dice.choice(_OPEN) if self.chance(4) else "published"
        self.dossier = self.begin()
        self.dates()
        self.money_and_renewal()
        self.commitments()
        self.sayings()
        self.dossier["sources"][0]["text"] = self.text

    def chance(self, percent: int) -> bool:
        return self.dice.randrange(100) < percent

    def draw_bodies(self) -> list[dict[str, Any]]:
        wanted, drawn = self.dice.choice(_MOST_PARTIES), []
        while len(drawn) < wanted:
            body = self.dice.choices(self.fiction.bodies, self.fiction.weights)[0]
            if body not in drawn:
                drawn.append(body)
        return drawn

    # The text.

    def say(self, texts: Mapping[str, str], about: str = "") -> dict[str, Any]:
        """Write one more sentence; the citation of it."""
        quote, start = texts[self.language], len(self.text)
        self.text += quote + "\n"
        return {"source": "text", "start": start, "end": start + len(quote), "quote": quote, "about": about}

    def tell(self, name: str, about: str = "", **words: Mapping[str, str] | str) -> None:
        """Write the sentence `name` as a proof of the agreement itself."""
        self.dossier["citations"].append(self.say(_fill(_fiction()[name], **words), about))

    def day(self, day: date, form: str = "j F Y") -> str:
        with override(self.language):
            return date_format(day, form)

    def claim(self, name: str, day: date, about: str) -> dict[str, Any]:
        words = self.day(day)
        self.tell(name, about, date=words)
        return _on(day, words)

    # The dossier.

    def begin(self) -> dict[str, Any]:
        number = f"{self.number:04}"
        self.dossier = {
            "identifiers": [{"scheme": samples.SCHEME, "value": f"fictional-{number}"}],
            "kind": self.kind[0],
            "source_language": self.language,
            "titles": _fill(_fiction()["title"], number=number, kind=self.kind[1], theme=self.theme[1]),
            "themes": [self.theme[0]],
            "confidentiality": self.dice.choices(("public", "partners", "restricted"), (92, 5, 3))[0],
            "sources": [{"key": "text", "kind": "other", "language": self.language}],
            "citations": [],
            "groups": [],
            "commitments": [],
            "organizations": [],
            "people": [],
            "programmes": [],
        }
        self.say(_fiction()["notice"])
        parties = self.names(self.bodies)
        signed = self.say(_fill(_fiction()["signed"], parties=parties, kind=self.kind[1]), "parties")
        self.dossier["citations"] += [signed, signed | {"about": "kind"}, signed | {"about": "status"}]
        proof = [signed | {"about": ""}]
        self.dossier["parties"] = [
            {"key": f"party-{index}", "organization": self.bring(body), "citations": proof}
            for index, body in enumerate(self.bodies)
        ]
        aim = _fill(_fiction()["aim"], theme=self.theme[1])
        self.dossier["objectives"] = [{"texts": aim, "citations": [self.say(aim)]}]
        if self.chance(25):
            programme = self.dice.choice(_fiction()["programmes"])
            self.dossier["programme"] = self.bring_programme(programme)
            self.tell("placed_under", "programme", programme=programme["names"])
        if self.chance(30):
            self.dossier["reference"] = f"FICTION-{number}"
        if self.number > 1 and self.chance(8):
            self.link(self.dice.choice(("implements", "amends", "renews", "related")))
        return self.dossier

    def link(self, kind: str) -> None:
        """Link to an earlier fictional agreement."""
        value = f"fictional-{self.dice.randrange(1, self.number):04}"
        for earlier in AgreementIdentifier.objects.filter(scheme=samples.SCHEME, value=value):
            self.dossier["links"] = [{"kind": kind, "agreement": {"id": str(earlier.agreement_id)}}]

    def names(self, bodies: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        comma = {"en": ", ", "fr": ", ", "ar": "، "}
        return {code: comma[code].join(self.name(body)[code] for body in bodies) for code in languages.CODES}

    @staticmethod
    def name(body: Mapping[str, Any]) -> dict[str, str]:
        return _fill(body["form"]["names"], place=body["place"])

    def bring(self, body: Mapping[str, Any]) -> dict[str, str]:
        """A pointer at a body, which the dossier brings along when the registry does not have it yet."""
        slug = body["slug"]
        if slug in self.fiction.known:
            return {"id": str(self.fiction.known[slug])}
        if slug not in {part["slug"] for part in self.dossier["organizations"]}:
            part = {
                "key": slug,
                "slug": slug,
                "source_language": languages.CODES[body["number"] % 3],
                "names": self.name(body),
                "kind": body["form"]["kind"],
                "city": body["place"]["en"],
            }
            if parent := body["form"].get("parent"):
                above = next(
                    each
                    for each in self.fiction.bodies
                    if each["number"] == body["number"] and each["form"]["slug"] == parent
                )
                part |= {"parent": self.bring(above), "relation": "part_of"}
            self.dossier["organizations"].append(part)
        return {"key": slug}

    def bring_programme(self, programme: Mapping[str, Any]) -> dict[str, str]:
        if programme["slug"] in self.fiction.programmes:
            return {"id": str(self.fiction.programmes[programme["slug"]])}
        self.dossier["programmes"].append(programme | {"key": programme["slug"], "source_language": "fr"})
        return {"key": programme["slug"]}

    def dates(self) -> None:
        day = self.signed = date(2008, 1, 1) + timedelta(days=self.dice.randrange(18 * 365))
        dates = self.dossier["dates"] = {}
        match self.dice.choices(("day", "month", "year", "relative", "not_stated"), (45, 15, 10, 10, 20))[0]:
            case "day":
                dates["signed"] = self.claim("signed_on", day, "signed")
            case "month":
                first = day.replace(day=1)
                last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
                words = self.day(day, "F Y")
                dates["signed"] = _on(first, words, last)
                self.tell("signed_on", "signed", date=words)
            case "year":
                first, last = date(day.year, 1, 1), date(day.year, 12, 31)
                dates["signed"] = _on(first, str(day.year), last)
                self.tell("signed_on", "signed", date=str(day.year))
            case "relative":
                dates["signed"] = {"stated": _fiction()["yesterday"][self.language], "basis": "relative"}
                self.tell("signed_on", "signed", date=_fiction()["yesterday"])
        if self.chance(60):
            dates["effective"] = self.claim("effective_on", day + timedelta(days=30), "effective")
        match self.dice.choices(("day", "none", "not_stated"), (50, 15, 35))[0]:
            case "day":
                ends = day + timedelta(days=30 + 365 * self.dice.randint(1, 12))
                dates["ends"] = self.claim("ends_on", ends, "ends")
                if self.chance(6):
                    self.end_early(day + timedelta(days=200))
            case "none":
                dates["ends"] = {"stated": _fiction()["open_ended"][self.language], "basis": "none"}
                self.tell("open_ended", "ends")

    def end_early(self, day: date) -> None:
        words = _fiction()["ended_early"]
        event = {"kind": "termination", "occurred": _on(day, self.day(day)), "reasons": words}
        self.dossier["events"] = [event | {"citations": [self.say(words)]}]

    def money_and_renewal(self) -> None:
        if self.chance(30):
            amount, currency = self.dice.randrange(5, 500) * 10_000, self.dice.choice(("MAD", "EUR", "QAR"))
            self.dossier["amount"] = {"value": amount, "currency": currency}
            self.tell("amount", "amount", amount=str(amount), currency=currency)
        if self.chance(20):
            days = self.dice.choice((30, 60, 90))
            texts = _fill(_fiction()["renewal"], days=str(days))
            self.dossier["renewal"] = {"rule": "automatic", "texts": texts, "notice_days": days}
            self.tell("renewal", "renewal", days=str(days))
        if self.chance(40):
            place = self.dice.choice(_fiction()["places"])
            self.dossier["place_of_signature"] = place[self.language]
            self.tell("signed_at", "place", place=place)

    def commitments(self) -> None:
        self.acts = self.dice.sample(_fiction()["acts"], self.dice.randint(1, 6))
        everybody = range(len(self.bodies))
        for act in self.acts:
            owing = list(everybody) if self.chance(30) else [self.dice.choice(everybody)]
            names = self.names([self.bodies[index] for index in owing])
            words = _fill(_fiction()["owes"], debtors=names, act=act["texts"])
            proof = self.say(words)
            others = [f"party-{index}" for index in everybody if index not in owing]
            commitment = {
                "kind": act["kind"],
                "texts": words,
                "debtors": [f"party-{index}" for index in owing],
                "beneficiaries": {"parties": [], "groups": []},
                "citations": [proof, proof | {"about": "debtors"}],
            }
            if act["concept"] in (None, "staff"):
                commitment["beneficiaries"]["parties"] = others
            elif self.chance(80):
                commitment["beneficiaries"]["groups"] = [self.group(act["concept"], proof)]
            if act["unit"] and self.chance(50):
                number = self.dice.randint(2, 40)
                commitment |= {"quantity": number, "unit": act["unit"][self.language]}
                counted = _fill(_fiction()["counted"], number=str(number), unit=act["unit"])
                commitment["citations"].append(self.say(counted, "quantity"))
            if self.chance(25):
                day = self.signed + timedelta(days=self.dice.randint(60, 2000))
                due = self.say(_fill(_fiction()["due"], date=self.day(day)), "due")
                commitment["due"] = _on(day, self.day(day))
                commitment["citations"].append(due)
            self.dossier["commitments"].append(commitment)

    def group(self, concept: str, proof: Mapping[str, Any]) -> str:
        """The key of the named group of a concept, which the dossier brings along once."""
        if concept not in {group["key"] for group in self.dossier["groups"]}:
            label = self.fiction.terms[TargetGroup][concept]
            group = {"key": concept, "texts": label, "concept": concept}
            self.dossier["groups"].append(group | {"citations": [proof]})
        return concept

    def sayings(self) -> None:
        saying = {"texts": _fiction()["saying"]}
        if self.chance(35):
            slug, office = self.bodies[0]["slug"], _fiction()["office"]
            person = _fill(_fiction()["person"], number=str(self.fiction.bodies.index(self.bodies[0]) + 1))
            words = _fill(
                _fiction()["said"], person=person, office=office, organization=self.name(self.bodies[0])
            )
            speaker = str(self.fiction.offices.get(slug, "office"))
            saying |= {"speaker": speaker, "attribution": "stated", "citations": [self.say(words)]}
            if speaker == "office":
                held = {"key": "office", "organization": self.bring(self.bodies[0]), "titles": office}
                self.dossier["people"] = [
                    {"source_language": "fr", "names": person, "offices": [held | {"source_language": "fr"}]}
                ]
            self.dossier["statements"] = [saying]
        elif self.chance(25):
            self.dossier["statements"] = [saying | {"citations": [self.say(_fiction()["said_by_nobody"])]}]
        if self.chance(20):
            words = _fiction()["advantage"]
            self.dossier["advantages"] = [{"texts": words, "citations": [self.say(words)]}]
        if self.chance(12):
            readings = [{"texts": each} for each in _fiction()["readings"]]
            self.dossier["commitments"][0]["key"] = "first"
            self.dossier["questions"] = [
                {"fact": "first", "texts": _fiction()["doubt"], "readings": readings}
            ]

    # What was done.

    def report(self, agreement: Agreement) -> None:
        """Report fictional activities under the agreement, and what its parties say of it."""
        if self.chance(50):
            return
        parties = list(agreement.parties.order_by("position"))
        rows = agreement.commitments.order_by("number").prefetch_related("debtor_links")
        for commitment, act in zip(rows, self.acts, strict=True):
            owing = {link.party_id for link in commitment.debtor_links.all()}
            debtors = [party for party in parties if party.pk in owing]
            day = self.signed + timedelta(days=self.dice.randint(40, 1500))
            if self.chance(40):
                continue
            self.report_activity(commitment, act, debtors, day)
            for days, party in enumerate((debtors[0], *parties)[: self.dice.choice((0, 1, 2))], start=1):
                if (said_on := day + timedelta(days=days)) < _LAST_DAY:
                    self.report_progress(commitment, party, said_on)

    def report_activity(
        self, commitment: Commitment, act: Mapping[str, Any], debtors: Sequence[Party], day: date
    ) -> None:
        status = self.dice.choice(("held", "held", "held", "cancelled")) if day < _LAST_DAY else "planned"
        extent = self.dice.choice(("part", "part", "whole"))
        reached = [
            {"target_group": act["concept"], "sex": sex, "number": self.dice.randint(5, 300)}
            for sex in self.dice.choice((("female", "male"), ("all",)))
        ]
        document = {
            "source_language": self.language,
            "titles": _fill(_fiction()["activity"], act=act["texts"]),
            "kind": act["activity"],
            "status": status,
            "held": _on(day, self.day(day)),
            "place": self.dice.choice(_fiction()["places"])[self.language],
            "organizers": [{"id": str(party.organization_id)} for party in debtors],
            "counts_toward": [{"commitment": {"id": str(commitment.pk)}, "extent": extent}],
            "reached": reached if status == "held" else [],
        }
        services.report_activity(document, by=System("load_sample"))

    def report_progress(self, commitment: Commitment, party: Party, said_on: date) -> None:
        actor = System("load_sample")
        actor.organization_id = party.organization_id
        verdict = self.dice.choices(("kept", "partly", "not_kept", "unknown"), (50, 30, 10, 10))[0]
        note = _fiction()["word"][self.language]
        services.report_progress(
            commitment.pk, party_id=party.pk, verdict=verdict, said_on=said_on, note=note, by=actor
        )
