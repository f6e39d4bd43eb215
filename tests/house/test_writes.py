"""Who may not write a record leaves it as it is: every write of the API × every reader × each record that is hidden.

To who may not read a record it is not there: what is answered about it is, to the letter, what is answered about a
record that never was. Who reads it and does not write it is told so. Whoever is refused has changed no row of any
table. A write that is not in the table fails.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client, override_settings

from agreements.models import AgreementIdentifier
from tests import addresses, factories
from tests.house.test_matrix import WORDS, Registry, words_of

pytestmark = pytest.mark.django_db

READ: dict[str, set[str]] = {
    "nobody": set(),
    "anybody": set(),
    "reader": {"partners"},
    "outsider": {"partners"},
    "member": {"restricted", "partners"},
    "clerk": {"partners", "draft"},
    "editor": {"restricted", "partners", "draft"},
    "administrator": {"restricted", "partners", "draft"},
    "token": {"partners"},  # of a partner system that is no party
    "system": {"restricted", "partners"},  # of a partner system of a party
}
"""Reader → the hidden agreements it may read, with all that is told of them."""

NOBODY: frozenset[str] = frozenset()
ADMINISTRATORS = frozenset({"administrator"})
EDITORS = ADMINISTRATORS | {"editor"}
PARTNERS = EDITORS | {"outsider", "member", "clerk", "token", "system"}
"""Whose role enters and changes records at all."""
CHANGING = {"restricted": ADMINISTRATORS, "partners": ADMINISTRATORS, "draft": EDITORS | {"clerk"}}
"""Hidden agreement → who changes it: a published one changes once somebody else has approved."""


@dataclass(frozen=True)
class Write:
    """Who sends what, and who of them gets through with it."""

    body: Any = None
    role: frozenset[str] = PARTNERS
    """Whose role does such a thing to some record."""
    may: frozenset[str] | Mapping[str, frozenset[str]] | None = None
    """Who does it to this one; or of each of the hidden three. None: whose role does."""
    reads: frozenset[str] | None = None
    """To whom, of those who may read it, there is such a record here. None: to all of them."""

    def writers(self, kind: str) -> frozenset[str]:
        if self.may is None:
            return self.role
        return self.may[kind] if isinstance(self.may, Mapping) else self.may

    def readers(self, kind: str) -> set[str]:
        readers = {each for each, may in READ.items() if not kind or kind in may}
        return readers if self.reads is None else readers & self.reads


FILE = object()
"""The body of a form with a file."""
TEXTS = {"texts": {"en": "Said."}}
NAMED = {"source_language": "en", "names": {"en": "Said"}}
NEW = {
    "parties": {"organization": {"id": "{stranger}"}},
    "signatories": {"party": {"id": "{party}"}, "person": {"id": "{other_person}"}},
    "groups": TEXTS,
    "objectives": TEXTS,
    "commitments": TEXTS,
    "statements": TEXTS,
    "advantages": TEXTS,
    "open-questions": TEXTS,
    "events": {"kind": "renewal"},
    "amendments": {"number": 7},
    "links": {"kind": "related", "to": {"id": "{open_key}"}},
}
"""Part of an agreement → a new one, as far as it takes to be let in."""
ONE = {
    "parties": "{party}",
    "signatories": "{signatory}",
    "groups": "{group}",
    "objectives": "{objective}",
    "commitments": "{commitment}",
    "statements": "{statement}",
    "advantages": "{advantage}",
    "open-questions": "{question}",
    "events": "{event}",
    "amendments": "{amendment}",
    "links": "{link}",
    "citations": "{citation}",
}
OF_THE_BODY = frozenset({"member", "system"})
OF_THE_CLERK = ADMINISTRATORS | {"clerk"}
IN_A_SESSION = PARTNERS - {"token", "system"}
WITH_A_BODY = PARTNERS - {"editor"}
"""Who acts for an organization."""

HOOK = Write(role=WITH_A_BODY | {"editor"}, may=OF_THE_BODY, reads=OF_THE_BODY)

WRITES: dict[str, Write] = {
    "POST agreements": Write({"source_language": "en", "titles": {"en": "Said"}}),
    "PATCH agreements/{agreement}": Write({"reference": "R/1"}, may=CHANGING),
    "DELETE agreements/{agreement}": Write(
        may=CHANGING | {"restricted": EDITORS, "partners": EDITORS}  # who is told that it is published
    ),
    "POST agreements/{agreement}/transitions": Write(
        {"to": "submit"},
        may=CHANGING | {"restricted": EDITORS, "partners": EDITORS},  # who is told that it is past that
    ),
    **{
        f"POST {name}": Write({"agreement": {"id": "{agreement}"}} | new, may=CHANGING)
        for name, new in NEW.items()
    },
    "POST citations": Write({"fact": {"type": "commitment", "id": "{commitment}"}}, may=CHANGING),
    **{f"PATCH {name}/{one}": Write({}, may=CHANGING) for name, one in ONE.items()},
    **{f"DELETE {name}/{one}": Write(may=CHANGING) for name, one in ONE.items()},
    "PUT identifiers/agreements/register/{number}": Write({"titles": {"en": "Said"}}, may=CHANGING),
    "POST batch/agreements": Write(
        {"mode": "update", "items": [{"id": "{agreement}", "data": {"reference": "R/1"}}]}, may=CHANGING
    ),
    "POST activities": Write(
        {
            "kind": "training",
            "status": "planned",
            "source_language": "en",
            "titles": {"en": "Said"},
            "organizers": [{"id": "{body_key}"}],
            "counts_toward": [{"commitment": {"id": "{commitment}"}}],
        },
        may={"restricted": EDITORS | OF_THE_BODY, "partners": EDITORS | OF_THE_BODY, "draft": EDITORS},
        reads=EDITORS | OF_THE_BODY,  # others count towards what they are a party to
    ),
    "PATCH activities/{activity}": Write({"place": "Said"}, may=EDITORS),
    "DELETE activities/{activity}?reason=said": Write(may=EDITORS),
    "POST activities/{activity}/evidence": Write(FILE, may=EDITORS),
    "POST batch/activities": Write(
        {"mode": "update", "items": [{"id": "{activity}", "data": {"place": "Said"}}]}, may=EDITORS
    ),
    "POST progress-views": Write(
        {
            "commitment": {"id": "{commitment}"},
            "party": {"id": "{party}"},
            "verdict": "partly",
            "said_on": "2024-01-01",
        },
        may={"restricted": OF_THE_BODY, "partners": OF_THE_BODY, "draft": NOBODY},
    ),
    "POST organizations": Write(NAMED | {"slug": "said"}),
    "PATCH organizations/{body_key}": Write({"city": "Said"}, may=EDITORS),
    "DELETE organizations/{body_key}": Write(may=EDITORS),
    "POST organizations/{body_key}/merge": Write({"into": {"id": "{other_key}"}}, role=EDITORS),
    "PUT identifiers/organizations/other/said": Write(NAMED | {"slug": "said"}),
    "POST batch/organizations": Write({"items": [{"data": NAMED | {"slug": "said"}}]}),
    "POST people": Write(NAMED),
    "PATCH people/{person}": Write({"names": {"en": "Said"}}, may=EDITORS),
    "DELETE people/{other_person}": Write(may=EDITORS),
    "POST people/{person}/merge": Write({"into": {"id": "{other_person}"}}, role=EDITORS),
    "POST batch/people": Write({"items": [{"data": NAMED}]}),
    "POST offices": Write(
        {
            "organization": {"id": "{body_key}"},
            "person": {"id": "{person}"},
            "source_language": "en",
            "titles": {"en": "Said"},
        },
        may=EDITORS,
    ),
    "PATCH offices/{speaker}": Write({}, may=EDITORS),
    "DELETE offices/{speaker}": Write(may=EDITORS),
    "POST programmes": Write(NAMED | {"slug": "said"}, role=EDITORS),
    "PATCH programmes/{programme}": Write({}, role=EDITORS),
    "DELETE programmes/{programme}": Write(role=EDITORS),
    "PUT vocabularies/themes/said": Write({"label": "Said"}, role=ADMINISTRATORS),
    "PATCH vocabularies/themes/education": Write({}, role=ADMINISTRATORS),
    "POST imports": Write(FILE, role=IN_A_SESSION),
    "POST jobs/{import}/apply": Write({}, role=IN_A_SESSION, may=OF_THE_CLERK, reads=OF_THE_CLERK),
    "POST jobs/{import}/undo": Write({}, role=IN_A_SESSION, may=ADMINISTRATORS, reads=OF_THE_CLERK),
    "POST webhook-endpoints": Write({"url": "https://receiver.example/", "events": ["*"]}, role=WITH_A_BODY),
    "PATCH webhook-endpoints/{hook}": HOOK,
    "DELETE webhook-endpoints/{hook}": HOOK,
    "POST webhook-endpoints/{hook}/rotate-secret": HOOK,
    "POST webhook-endpoints/{hook}/test": HOOK,
    "POST webhook-endpoints/{hook}/deliveries/{delivery}/redeliver": HOOK,
}
"""What is sent, below /api/v1/ → who gets through with it.

A placeholder of a hidden record asks for each of the three.
"""

NOWHERE = "00000000-0000-7000-8000-000000000000"
PASSING = {"exchange_apicall", "exchange_keptanswer", "exchange_ratewindow", "organizations_apitoken"}
"""Tables that note who asked for what: a refusal is noted too."""


class Writing(Registry):
    """The registry of the readers, with who administers it and a system of a party."""

    def __init__(self):
        super().__init__()
        self.accounts["administrator"] = factories.UserFactory(administrator=True, organization=self.stranger)
        self.clients["administrator"] = self.client_of("administrator")
        secret = factories.ApiTokenFactory(organization=self.body).secret
        self.clients["system"] = Client(headers={"Authorization": f"Bearer {secret}"})
        self.known |= {"stranger": self.stranger.pk, "speaker": self.speaker.pk}
        self.unknown: dict[tuple[str, str], tuple[int, str]] = {}

    def tell(self, kind, **fields):
        super().tell(kind, **fields)
        own = self.hidden[kind]
        number = AgreementIdentifier(agreement_id=own["agreement"], scheme="register", value=f"{kind}/1")
        own["number"] = self.row(number).value

    def about(self, row: str) -> Mapping[str, Mapping[str, Any]]:
        """The hidden records that a row is sent about, by kind; a row about none is sent once."""
        asked = set(re.findall(r"\{(\w+)\}", f"{row} {json.dumps(WRITES[row].body, default=str)}"))
        return self.hidden if asked - self.known.keys() else {"": {}}

    def hide(self) -> None:
        super().hide()
        self.untouched = state()

    def said_of_nothing(self, reader: str, row: str, own: Mapping[str, Any]) -> tuple[int, str]:
        """What a reader is told about records that never were: the same whichever of the hidden it stands for."""
        if (reader, row) not in self.unknown:
            nothing = dict.fromkeys(own, NOWHERE)
            with transaction.atomic():
                self.unknown[reader, row] = said(self.send(reader, row, self.known | nothing), nothing)
                transaction.set_rollback(True)
        return self.unknown[reader, row]

    def send(self, reader: str, row: str, known: Mapping[str, Any], *, unconditionally: bool = False):
        """The answer to a row of the table, sent about the records of `known`; without If-Match where it may be."""
        method, address = row.split(" ")
        body, headers = WRITES[row].body, {}
        if method == "POST":
            headers["Idempotency-Key"] = uuid4().hex
        conditional = method in {"PATCH", "DELETE"} or "transitions" in row or "{number}" in row
        if conditional and not unconditionally:
            headers["If-Match"] = "*"
        address = filled(f"/api/v1/{address}", known)
        client = self.clients[reader]
        if body is FILE:
            file = SimpleUploadedFile("said.csv", b"slug,name_en\nsaid,Said\n")
            return client.post(address, {"file": file}, headers=headers)
        return client.generic(
            method,
            address,
            b"" if body is None else filled(json.dumps(body), known),
            content_type="application/merge-patch+json" if method == "PATCH" else "application/json",
            headers=headers,
        )


def filled(text: str, known: Mapping[str, Any]) -> str:
    """`text` with the values of its placeholders."""
    return re.sub(r"\{(\w+)\}", lambda found: str(known[found[1]]), text)


def state() -> list[tuple]:
    """Of each table how many rows it has, and which transaction wrote the newest of them."""
    tables = sorted(set(connection.introspection.table_names()) - PASSING)
    each = "SELECT %s, count(*), max(xmin::text::bigint) FROM {}"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each.format(f'"{name}"') for name in tables), tables)
        return sorted(cursor.fetchall())


def outcome(response) -> int:
    """What became of the one item of a batch; of anything else its status."""
    told = response.json() if response.content else {}
    return told["results"][0]["status"] if "results" in told else response.status_code


def said(response, known: Mapping[str, Any]) -> tuple[int, str]:
    """Status and body of an answer, without what names the request and the records it was about."""
    body = response.content.decode()
    for each in sorted({str(value) for value in known.values()}, key=len, reverse=True):
        body = body.replace(each, "…")
    return response.status_code, re.sub(r'"request_id": ?"\w*"', "", body)


@pytest.fixture(scope="module")
def registry(django_db_setup, django_db_blocker) -> Iterator[Writing]:
    """One registry for the whole file; every request is taken back, and all of it at the end."""
    with django_db_blocker.unblock(), override_settings(PUBLIC_READING=True), transaction.atomic():
        registry = Writing()
        registry.hide()
        yield registry
        transaction.set_rollback(True)
    for each in registry.files:
        default_storage.delete(each)


def test_every_write_is_in_the_table():
    there = {
        (each.name, method.upper())
        for _path, each in addresses.OURS
        for method in getattr(each.callback, "actions", None) or ()
        if method not in {"get", "head"}
    }
    told = {
        (name, row.split(" ")[0])
        for row in WRITES
        for name in addresses.named([f"/api/v1/{row.split(' ')[1]}"])
    }

    assert told == there


def fault_of(registry: Writing, row: str, reader: str, kind: str, own: Mapping[str, Any]) -> str:
    """What is wrong with the answer to `reader` about the records of `own`; blank where nothing is."""
    write = WRITES[row]
    reads = reader in write.readers(kind)
    writes = reads and reader in write.writers(kind) & write.role
    with transaction.atomic():
        response = registry.send(reader, row, registry.known | own)
        after = [] if writes else state()
        transaction.set_rollback(True)
    status, faults = response.status_code, []
    if writes:
        return f"{status}: kept out" if status in {401, 403, 404} else ""
    if reader not in write.role:
        faults += [] if status in {401, 403} else ["its role does no such thing"]
    elif reads:
        faults += [] if {status, outcome(response)} & {403, 409} else ["let in"]
    elif kind:
        unknown = registry.said_of_nothing(reader, row, own)
        faults += [] if said(response, own) == unknown else ["not as of one that never was"]
    else:
        faults += [] if status == 404 else ["told that it is there"]
    if not reads and any(word in words_of(response) for word in WORDS.values()):
        faults.append("told its words")
    faults += [f"changed {new[0]}" for new, old in zip(after, registry.untouched, strict=True) if new != old]
    return f"{status}: {', '.join(faults)}" if faults else ""


@pytest.mark.drill
@pytest.mark.parametrize("row", WRITES)
def test_a_write_gets_through_for_those_who_may_and_for_nobody_else(registry, row, settings):
    wrong = []
    for reader in READ:
        # Set again and again it would bury the settings below too many of their own kind.
        if (reader != "nobody") != settings.PUBLIC_READING:
            settings.PUBLIC_READING = reader != "nobody"
        for kind, own in registry.about(row).items():
            if fault := fault_of(registry, row, reader, kind, own):
                wrong.append((reader, kind, fault))

    assert wrong == []


CHANGES = [row for row in WRITES if row.startswith(("PATCH", "DELETE"))]


@pytest.mark.drill
@pytest.mark.parametrize("row", CHANGES)
def test_a_change_of_no_version_is_told_of_what_is_hidden_what_it_is_told_of_what_never_was(registry, row):
    """That If-Match is missing (428) is said of records that are there: to who may read them, and to nobody else."""
    for reader in READ.keys() - {"nobody"}:
        for kind, own in registry.about(row).items():
            if not kind or reader in WRITES[row].readers(kind):
                continue
            nothing = dict.fromkeys(own, NOWHERE)
            with transaction.atomic():
                told, unknown = (
                    said(registry.send(reader, row, registry.known | each, unconditionally=True), each)
                    for each in (own, nothing)
                )
                transaction.set_rollback(True)
            assert told == unknown, (reader, kind)


@pytest.mark.drill
def test_a_number_of_a_hidden_record_is_taken_and_nothing_else_is_told_of_it(registry):
    """One number is one record's, so that nobody else enters it: which record, in what state or whose, is not said."""
    row = "PUT identifiers/agreements/register/{number}"
    for reader in WRITES[row].role:
        answers = set()
        for kind, own in registry.hidden.items():
            if kind in READ[reader]:
                continue
            with transaction.atomic():
                answer = registry.send(reader, row, registry.known | own, unconditionally=True)
                after = state()
                transaction.set_rollback(True)
            answers.add(said(answer, {"number": own["number"]}))
            assert answer.status_code == 409, (reader, kind)
            assert after == registry.untouched, (reader, kind)
            assert not any(
                str(own[each]) in answer.content.decode() for each in ("agreement", "code", "party")
            )
            assert not any(word in words_of(answer) for word in WORDS.values()), (reader, kind)
        assert len(answers) <= 1, reader
