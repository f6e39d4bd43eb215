"""Who may not read an agreement never meets a word of it: every address × every reader.

Three agreements may not be read by everybody, and one note is of somebody else's desk. Every text of theirs holds a
word that is nowhere else. The table says at which addresses the words appear; they appear for those who may read
them, and for nobody else. An address that is not in the table fails.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pypdf
import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.test import Client, override_settings
from django.utils import timezone

from activities.models import Activity, EvidenceFile, Participation
from agreements.models import (
    Agreement,
    AgreementIdentifier,
    AgreementLink,
    Commitment,
    FollowUp,
    OpenQuestion,
    Reading,
    Signatory,
    Source,
)
from agreements.services import desk, digest
from organizations import private_addresses
from tests import addresses, factories
from tests.agreements.conftest import BY
from tests.audit.raw import with_triggers_off

pytestmark = pytest.mark.django_db

WORDS = {"restricted": "ocelotine", "partners": "tamarindo", "draft": "quetzalin", "follow-up": "wolframite"}
"""What may not be read by everybody → the word by which it is recognised."""
ASKED = {"restricted": "vermilion", "partners": "cinnabar", "draft": "malachite"}
"""Another word of their titles, to ask for them without saying the first."""

READERS = {
    "nobody": set(),  # without account, where the installation is closed
    "anybody": set(),  # without account, where it is open
    "reader": {"partners"},
    "outsider": {"partners"},  # a contributor of an organization that is no party
    "member": {"restricted", "partners", "follow-up"},  # a contributor of a party
    "clerk": {"partners", "draft"},  # a contributor of the organization that entered the draft
    "editor": {"restricted", "partners", "draft"},
    "token": {"partners"},  # of a partner system that is no party
}
"""Reader → what it may read."""
PERSONS = [each for each in READERS if each not in {"nobody", "anybody", "token"}]

ALL3 = "restricted partners draft"
SHOWN: dict[str, str] = {
    "/en/": "",
    "/en/search/suggestions?q={prefix}": "",
    "/en/agreements/": "",
    "/en/agreements/?q={asked}": "",
    "/en/agreements/?q={slip}": "",
    "/en/agreements/?q={far}": "",
    "/en/agreements/?columns=programme&columns=groups&columns=questions&columns=state": "",
    "/en/agreements/?party={body_key}&more=party&more=group&more=theme": "",
    "/en/agreements/?attention=overdue": "",
    "/en/agreements/?only={code}": "",
    "/en/agreements/?place={asked}": "",
    "/en/agreements/export.csv": "",
    "/en/agreements/export.xlsx": "",
    "/en/agreements/export.json": "",
    "/en/agreements/export.json?expand=proof": "",
    "/en/agreements/export.pdf": "",
    "/en/agreements/calendar.ics": "",
    "/en/agreements/calendar/{user}/{signature}.ics": "",
    "/en/agreements/changes.atom": "",
    "/en/agreements/quality/": "",
    "/en/agreements/{code}/": "",
    "/en/agreements/{code}/?known_on={yesterday}": "",
    "/en/agreements/{code}/?version=1": "",
    "/en/agreements/{code}/sheet.pdf": "",
    "/en/agreements/{code}/calendar.ics": "",
    "/en/agreements/{code}/versions/": "",
    "/en/agreements/{open}/": "",
    "/en/agreements/{open}/?known_on={yesterday}": "",
    "/en/agreements/{open}/?in_force_on={yesterday}": "",
    "/en/agreements/{open}/sheet.pdf": "",
    "/en/agreements/{open}/versions/": "",
    "/en/sources/{source}/": "",
    "/en/sources/{shared_source}/": "",
    "/en/organizations/": "",
    "/en/organizations/?q={asked}": "",
    "/en/organizations/{body}/": "",
    "/en/organizations/{body}/?scope=subtree": "",
    "/en/people/": "",
    "/en/people/?organization={body_key}": "",
    "/en/people/{person}/": "",
    "/en/activities/": "",
    "/en/activities/?q={asked}": "",
    "/en/activities/?agreement={agreement}": "",
    "/en/activities/?commitment={commitment}": "",
    "/en/activities/?look=month": "",
    "/en/activities/report/": "",
    "/en/activities/report/?agreement={code}": "",
    "/en/activities/report/?commitment={commitment}": "",
    "/en/activities/{activity}/": "",
    "/en/activities/{activity}/edit/": "",
    "/en/activities/{shared_activity}/": "",
    "/en/activities/{shared_activity}/edit/": "",
    "/en/evidence/{evidence}/": "",
    "/en/evidence/{backing}/": "",
    "/en/commitments/{commitment}/": "",
    "/en/commitments/{commitment}/word/": "",
    "/en/commitments/{open_commitment}/": "",
    "/en/account/digest/": "",
    "/en/account/digest/stop/{user}/{stop}/": "",
    "/api/v1/": "",
    "/api/v1/agreements": "",
    "/api/v1/agreements?expand=proof": "",
    "/api/v1/agreements?q={asked}": "",
    "/api/v1/agreements/{agreement}": "",
    "/api/v1/agreements/{agreement}?expand=proof": "",
    "/api/v1/agreements/{agreement}?known_on={yesterday}": "",
    "/api/v1/agreements/{agreement}/sources": "",
    "/api/v1/agreements/{open_key}?expand=proof": "",
    "/api/v1/agreements/{open_key}?known_on={yesterday}": "",
    "/api/v1/parties": "",
    "/api/v1/parties/{party}": "",
    "/api/v1/groups": "",
    "/api/v1/groups/{group}": "",
    "/api/v1/objectives": "",
    "/api/v1/objectives/{objective}": "",
    "/api/v1/commitments": "",
    "/api/v1/commitments?agreement={agreement}": "",
    "/api/v1/commitments?q={asked}": "",
    "/api/v1/commitments/{commitment}": "",
    "/api/v1/statements": "",
    "/api/v1/statements/{statement}": "",
    "/api/v1/advantages": "",
    "/api/v1/advantages/{advantage}": "",
    "/api/v1/open-questions": "",
    "/api/v1/open-questions/{question}": "",
    "/api/v1/events": "",
    "/api/v1/events/{event}": "",
    "/api/v1/links": "",
    "/api/v1/links/{link}": "",
    "/api/v1/programmes": "",
    "/api/v1/programmes/{programme}": "",
    "/api/v1/sources": "",
    "/api/v1/sources/{source}": "",
    "/api/v1/sources/{source}/citations": "",
    "/api/v1/sources/{shared_source}/citations": "",
    "/api/v1/citations": "",
    "/api/v1/citations/{citation}": "",
    "/api/v1/organizations": "",
    "/api/v1/organizations/{body_key}": "",
    "/api/v1/people": "",
    "/api/v1/people/{person}": "",
    "/api/v1/activities": "",
    "/api/v1/activities?q={asked}": "",
    "/api/v1/activities?agreement={agreement}": "",
    "/api/v1/activities/{activity}": "",
    "/api/v1/activities/{shared_activity}": "",
    "/api/v1/progress-views": "",
    "/api/v1/progress-views/{word}": "",
    "/api/v1/vocabularies": "",
    "/api/v1/vocabularies/{vocabulary}": "",
}
"""What is asked → which of the words its answers hold, for those who may read them; `its`: that of the record asked for.

An address with a placeholder of a hidden record is asked for each of the three.
"""


class Registry:
    """One agreement that everybody may read, and whoever reads; then what is hidden, entered by `hide`."""

    def __init__(self):
        bodies = factories.OrganizationFactory.create_batch(5)
        self.body, self.other, self.holder, self.office_of_clerk, self.stranger = bodies
        acting = {
            "reader": {},
            "outsider": {"contributor": True, "organization": self.stranger},
            "member": {"contributor": True, "organization": self.body},
            "clerk": {"contributor": True, "organization": self.office_of_clerk},
            "editor": {"editor": True},
        }
        self.accounts = {name: factories.UserFactory(**traits) for name, traits in acting.items()}
        self.token = factories.ApiTokenFactory(organization=self.stranger)
        self.speaker = factories.OfficeFactory(organization=self.body)
        self.open = factories.AgreementFactory(published=True, parties=[self.body, self.other])
        self.open_commitment = factories.CommitmentFactory(agreement=self.open)
        self.source = factories.SourceFactory()
        factories.CitationFactory(agreement=self.open, source=self.source)
        factories.StatementFactory(agreement=self.open, speaker=self.speaker)
        self.activity = factories.ActivityFactory(was_held=True, organizers=[self.stranger])
        factories.FulfilmentFactory(activity=self.activity, commitment=self.open_commitment)
        self.files: list[str] = []
        member = self.accounts["member"]
        self.known = {
            "open": self.open.code,
            "open_key": self.open.pk,
            "open_commitment": self.open_commitment.pk,
            "shared_source": self.source.pk,
            "shared_activity": self.activity.pk,
            "body": self.body.slug,
            "body_key": self.body.pk,
            "person": self.speaker.person_id,
            "vocabulary": "themes",
            "yesterday": timezone.now().date() - timedelta(days=1),
            "user": member.pk,
            "signature": private_addresses.address("calendar-private", member)[:-4].rpartition("/")[2],
            "stop": private_addresses.address("digest-stop", member).split("/")[-2],
        }
        self.hidden: dict[str, dict[str, object]] = {}

    def hide(self) -> None:
        """Enter what not everybody may read. The restricted agreement was public until today."""
        self.tell("restricted", published=True)
        self.tell("partners", published=True, confidentiality="partners")
        self.tell("draft", registered_for=self.office_of_clerk)
        self.row(
            FollowUp(
                agreement=self.open,
                commitment=self.open_commitment,
                organization=self.body,
                on=timezone.localdate(),
                note=WORDS["follow-up"],
                set_by=self.accounts["member"],
            )
        )
        with with_triggers_off() as cursor:
            cursor.execute("UPDATE audit_rowversion SET at = at - interval '3 days'")
        restricted = Agreement.objects.get(pk=self.hidden["restricted"]["agreement"])
        restricted.confidentiality = "restricted"
        restricted.version += 1
        restricted.save()
        factories.record(restricted)

    def row(self, row):
        row.save(force_insert=True)
        factories.record(row)
        return row

    def tell(self, kind: str, **fields) -> None:
        """An agreement with everything that can be told of one; every text holds the word."""
        told = f"{ASKED[kind]} {WORDS[kind]}"
        yesterday = timezone.localdate() - timedelta(days=1)
        soon = timezone.localdate() + timedelta(days=20)
        agreement = factories.AgreementFactory(
            title_en=told,
            reference=told,
            occasion_en=told,
            place_of_signature=told,
            renewal_rule_en=told,
            signed=factories.on(2020, 1, 1),
            ends=factories.on(soon.year, soon.month, soon.day),
            parties=[],
            **fields,
        )
        party, _other = (
            factories.PartyFactory(agreement=agreement, organization=each, name_as_written=told)
            for each in (self.body, self.other)
        )
        own = {"agreement": agreement, "text_en": told}
        commitment = factories.CommitmentFactory(
            **own,
            purpose_en=told,
            place=told,
            due=factories.on(yesterday.year, yesterday.month, yesterday.day),
        )
        statement = factories.StatementFactory(**own, speaker=self.speaker)
        event = factories.LifecycleEventFactory(agreement=agreement, reason_en=told)
        source = factories.SourceFactory(text=f"{told} signed.", title=told, byline=told, publisher=told)
        citations = [
            factories.CitationFactory(source=source, agreement=agreement, start=0, end=len(told), **fact)
            for fact in ({}, {"commitment": commitment}, {"party": party}, {"office": self.speaker})
        ]
        factories.CitationFactory(source=self.source, commitment=commitment)
        question = factories.OpenQuestionFactory(**own, commitment=commitment)
        self.row(Reading(question=question, text_en=told))
        self.row(AgreementIdentifier(agreement=agreement, scheme="other", value=told))
        self.row(Signatory(party=party, person=self.speaker.person))
        link = self.row(AgreementLink(agreement=agreement, kind="implements", to=self.open))
        self.row(AgreementLink(agreement=self.open, kind="related", to=agreement))
        activity = factories.ActivityFactory(
            title_en=told,
            description_en=told,
            place=told,
            status="held",
            held=factories.on(yesterday.year, yesterday.month, yesterday.day),
            organizers=[self.holder],
        )
        for counted in (activity, self.activity):
            factories.FulfilmentFactory(activity=counted, commitment=commitment, note=told)
        self.row(Participation(activity=activity, number=20))
        word = factories.ProgressViewFactory(commitment=commitment, party=party, note=told)
        evidence, backing = (
            self.row(EvidenceFile(name=f"{told}.txt", file=self.file(told), sha256="0" * 64, **shown))
            for shown in ({"activity": activity}, {"progress_view": word})
        )
        self.row(
            FollowUp(
                agreement=agreement,
                on=timezone.localdate(),
                note=told,
                set_by=self.accounts["editor"],
            )
        )
        self.hidden[kind] = {
            "asked": ASKED[kind],
            "prefix": WORDS[kind][:5],
            "slip": WORDS[kind].replace("in", "im"),
            "far": WORDS[kind].replace("in", "omm"),
            "code": agreement.code,
            "agreement": agreement.pk,
            "party": party.pk,
            "commitment": commitment.pk,
            "group": factories.NamedGroupFactory(**own, place=told).pk,
            "objective": factories.ObjectiveFactory(**own).pk,
            "statement": statement.pk,
            "advantage": factories.AdvantageFactory(**own, claimed_in=statement).pk,
            "question": question.pk,
            "event": event.pk,
            "link": link.pk,
            "source": source.pk,
            "citation": citations[1].pk,
            "activity": activity.pk,
            "word": word.pk,
            "evidence": evidence.pk,
            "backing": backing.pk,
        }

    def file(self, told: str) -> str:
        self.files.append(default_storage.save("evidence/of-the-matrix", ContentFile(told.encode())))
        return self.files[-1]

    def asks(self, row: str) -> dict[str, str]:
        """The addresses of a row of the table, each with the kinds of record it asks for."""
        known = self.known
        try:
            return {row.format_map(known): ""}
        except KeyError:
            return {row.format_map(known | own): kind for kind, own in self.hidden.items()}


def client_of(registry: Registry, reader: str) -> Client:
    if reader == "token":
        return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {registry.token.secret}"})
    client = Client(raise_request_exception=False)
    if reader in registry.accounts:
        client.force_login(registry.accounts[reader], backend="django.contrib.auth.backends.ModelBackend")
    return client


def words_of(response) -> str:
    """Everything an answer says, its head included, in small letters."""
    body = b"".join(response)
    kind = response.headers.get("Content-Type", "")
    if "spreadsheet" in kind:
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b" ".join(book.read(each) for each in book.namelist())
    elif kind == "application/pdf":
        # A word may be broken at the end of a line of paper.
        pages = pypdf.PdfReader(io.BytesIO(body)).pages
        body = re.sub(r"-?\n", "", "".join(each.extract_text() for each in pages)).encode()
    return f"{response.headers} {body.decode()}".casefold()


def found(response) -> set[str]:
    """The kinds whose words an answer holds."""
    said = words_of(response)
    return {kind for kind, word in WORDS.items() if word in said}


@pytest.fixture(scope="module")
def registry(django_db_setup, django_db_blocker) -> Iterator[Registry]:
    """One registry for the whole file, which only reads; taken back after it."""
    with django_db_blocker.unblock(), override_settings(PUBLIC_READING=True), transaction.atomic():
        registry = Registry()
        registry.hide()
        yield registry
        transaction.set_rollback(True)
    for each in registry.files:
        default_storage.delete(each)


def test_every_address_is_in_the_table():
    assert addresses.named(SHOWN) == addresses.READ


@pytest.mark.parametrize("row", SHOWN)
def test_an_answer_holds_the_words_of_what_its_reader_may_read_and_no_others(registry, row, settings):
    wrong = {}
    for reader, may in READERS.items():
        if reader == "token" and not row.startswith("/api/"):
            continue  # a token opens the API alone
        settings.PUBLIC_READING = reader != "nobody"
        for address, kind in registry.asks(row).items():
            response = client_of(registry, reader).get(address)
            shown = {kind} if SHOWN[row] == "its" else set(SHOWN[row].split())
            if found(response) != shown & may:
                wrong[reader, kind, response.status_code] = (found(response), shown & may)

    assert wrong == {}
