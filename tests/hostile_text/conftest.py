"""A registry of its own in which every text field holds words that mean harm, served to a real browser."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from rest_framework import serializers

from activities import samples
from activities import services as activity_services
from activities.models import ActivityKind
from agreements import services
from agreements.models import Agreement
from agreements.queries import dossier
from agreements.services import desk, drafting
from agreements.shapes import DossierShape
from lib.shapes import Texts
from lib.uploads import Upload
from organizations import services as organization_services
from organizations.models import System, User
from organizations.permissions import Role
from tests.browser.conftest import _as_in_production, address, chromium, db, program, session, window
from tests.factories import PASSWORD
from tests.hostile import TEXTS

__all__ = ["_as_in_production", "address", "chromium", "db", "program", "session", "window"]

BY = System("tests")
_NO_TEXT = {"key", "edtf"}
_PROVED_TOO = ("programme", "place", "occasion")
"""What is said of the agreement itself besides what the sample says: publication asks for a quote of each."""


@dataclass
class Filled:
    """The addresses of pages, without the language: of each text its own, and those that show all of them."""

    contributor: User
    own: dict[str, dict[str, str]] = field(default_factory=dict)
    common: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="package")
def registry(db) -> Filled:
    """One agreement for each of TEXTS, all that can be said of it in these words; one account, of every party."""
    return _fill()


def said(shape: serializers.BaseSerializer, told: Any, words: str) -> Any:
    """`told`, with `words` in every text field of the shape, cut to what the field holds; stated or not before."""
    if isinstance(shape, serializers.ListSerializer):
        return [said(shape.child, each, words) for each in told]
    if "stated" in shape.fields:
        return {"stated": words[: shape.fields["stated"].max_length or 200], "basis": "relative"}
    found = dict(told)
    for name, each in shape.fields.items():
        if each.read_only or name in _NO_TEXT:
            continue
        if isinstance(each, Texts):
            codes = told.get(name) or {"en": ""}
            found[name] = dict.fromkeys(codes, words[: each.max_length])
        elif type(each) is serializers.CharField:
            found[name] = words[: each.max_length]
        elif isinstance(each, serializers.BaseSerializer) and told.get(name):
            found[name] = said(each, told[name], words)
    return found


def document(index: int, words: str) -> dict[str, Any]:
    """A sample dossier that says nothing but `words`, all of it proved by them."""
    told = deepcopy(samples.read(samples.PRESS[0]))
    programme = {
        "key": "p",
        "slug": f"h{index}",
        "source_language": "en",
        "names": {"en": ""},
        "citations": [],
    }
    told |= {"programmes": [programme], "programme": {"key": "p"}}
    told["citations"] += [{"source": told["sources"][0]["key"], "about": each} for each in _PROVED_TOO]
    told = said(DossierShape(), told, words)
    for each in told["organizations"]:
        each["slug"] = f"h{index}-{each['slug']}"
        each["aliases"] = each.get("aliases", [])[:1]
    for each in told["commitments"]:
        each["quantity"] = "12"
    for source in told["sources"]:
        source["text"] = words
        source["noise"] = []
    _cite(told, len(words), words)
    return told


def _cite(part: Any, end: int, words: str) -> None:
    if isinstance(part, list):
        for each in part:
            _cite(each, end, words)
    elif isinstance(part, dict):
        if "citations" in part:
            once = {each.get("about", ""): each for each in part["citations"]}
            part["citations"] = [
                each | {"start": 0, "end": end, "quote": words, "note": words[:300]} for each in once.values()
            ]
        for name, each in part.items():
            if name != "citations":
                _cite(each, end, words)


def _account(role: str, name: str, number: int, organization=None) -> User:
    return organization_services.create_account(
        email=f"{role}{number}@tests.example",
        name=name[:150],
        role=role,
        password=PASSWORD,
        organization=organization,
        by=BY,
    )


def _fill() -> Filled:
    author, reviewer = (_account(role, "A", 0) for role in (Role.CONTRIBUTOR, Role.REVIEWER))
    agreements = [
        samples.enter(document(index, words), author=author, reviewer=reviewer)
        for index, words in enumerate(TEXTS.values())
    ]
    organization = agreements[0].parties.order_by("position").first().organization
    reader = _account(Role.ADMINISTRATOR, "An administrator", 0, organization)
    filled = Filled(reader)
    for index, (name, words) in enumerate(TEXTS.items()):
        other = agreements[(index + 1) % len(agreements)]
        filled.own[name] = _tell(index, words, agreements[index], other, reader, reviewer)
    columns = "&".join(f"columns={each}" for each in ("groups", "questions", "themes", "kind", "signed"))
    filled.common = {
        "home": "",
        "agreements": f"agreements/?size=100&{columns}",
        "quality": "agreements/quality/",
        "organizations": "organizations/",
        "people": "people/",
        "activities": "activities/",
        "month": "activities/?look=month",
        "duplicates": "identity/duplicates/?kind=agreement",
        "duplicate organizations": "identity/duplicates/",
        "duplicate people": "identity/duplicates/?kind=person",
        "drafts": "drafts/",
    }
    return filled


def _tell(
    index: int, words: str, agreement: Agreement, other: Agreement, reader: User, reviewer: User
) -> dict[str, str]:
    """What is said besides the dossier, and where all of it is shown."""
    commitment = agreement.commitments.order_by("number").first()
    party = agreement.parties.order_by("position").first()
    own = _account(Role.CONTRIBUTOR, words, index + 1, party.organization)
    kind = ActivityKind.objects.order_by("code").first().code
    activity = activity_services.report_activity(
        {
            "source_language": "en",
            "titles": {"en": words[:300]},
            "descriptions": {"en": words},
            "kind": kind,
            "status": "held",
            "held": {
                "stated": "2026-01-05",
                "earliest": "2026-01-05",
                "latest": "2026-01-05",
                "basis": "stated",
            },
            "place": words[:200],
            "organizers": [{"id": str(party.organization_id)}],
            "counts_toward": [{"commitment": {"id": str(commitment.pk)}, "note": words[:300]}],
        },
        uploads=[Upload(ContentFile(b"words"), f"{words[:60]}.txt")],
        by=own,
    )
    activity_services.report_progress(
        commitment.pk,
        party_id=party.pk,
        verdict="kept",
        said_on=date(2026, 1, 6),
        note=words[:4000],
        by=own,
    )
    day = timezone.localdate() + timedelta(days=3)
    for actor in (own, reader):
        desk.set_follow_up(agreement_id=agreement.pk, on=day, note=words[:300], by=actor)
    desk.save_view(name=words[:80], query=f"q={index}", shared=False, by=reader)
    services.resolve_question(agreement.questions.first().pk, resolution=words, by=reviewer)
    draft = _draft(agreement, reader)
    source = draft.content["sources"][0]["key"]
    person = agreement.statements.exclude(speaker=None).first().speaker.person
    body = party.organization
    theirs = other.parties.order_by("position").first().organization
    return {
        "sheet": f"agreements/{agreement.code}/",
        "versions": f"agreements/{agreement.code}/versions/",
        "duplicate": f"agreements/{agreement.code}/duplicate/?with={other.code}",
        "source": f"sources/{agreement.source_links.first().source_id}/",
        "commitment": f"commitments/{commitment.pk}/",
        "activity": f"activities/{activity.pk}/",
        "report": f"activities/{activity.pk}/edit/",
        "organization": f"organizations/{body.slug}/",
        "merge": f"organizations/{body.slug}/merge/?with={theirs.slug}",
        "person": f"people/{person.pk}/",
        "bench": f"drafts/{draft.pk}/?at={source}:1",
        "check": f"drafts/{draft.pk}/check/",
    }


def _draft(agreement: Agreement, by: User):
    """The record as its correction begins: every field of the bench is filled."""
    everything = Agreement.objects.all()
    rows = dossier.with_citations(dossier.with_facts(everything, on=date(2026, 1, 1), readable=everything))
    told: Mapping[str, Any] = dossier.read(rows.get(pk=agreement.pk), proof=True)
    return drafting.reopen(agreement, told, by=by)
