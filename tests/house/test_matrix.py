"""Who may not read an agreement never meets a word of it: every address × every reader.

Three agreements may not be read by everybody, one note is of somebody else's desk, and one paper is a record in the
making. Every text of theirs holds a
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
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone

from activities.models import EvidenceFile, Participation
from agreements.models import (
    Agreement,
    AgreementIdentifier,
    AgreementLink,
    Amendment,
    Draft,
    Follow,
    FollowUp,
    Programme,
    Reading,
    Signatory,
    SourceFile,
)
from agreements.services import digest, drafting
from exchange.models import Import, ImportRow, WebhookEndpoint
from organizations import private_addresses
from organizations.models import User
from tests import addresses, factories
from tests.agreements.conftest import BY
from tests.audit.raw import with_triggers_off

pytestmark = pytest.mark.django_db

WORDS = {
    "restricted": "ocelotine",
    "partners": "tamarindo",
    "draft": "quetzalin",
    "follow-up": "wolframite",
    "paper": "obsidianite",
    "import": "chrysoprase",
}
"""What may not be read by everybody → the word by which it is recognised."""
ASKED = {"restricted": "vermilion", "partners": "cinnabar", "draft": "malachite"}
"""Another word of their titles, to ask for them without saying the first."""

READERS = {
    "nobody": set(),  # without account, where the installation is closed
    "anybody": set(),  # without account, where it is open
    "reader": {"partners"},
    "outsider": {"partners"},  # a contributor of an organization that is no party
    "member": {"restricted", "partners", "follow-up"},  # a contributor of a party
    "clerk": {
        "partners",
        "draft",
        "paper",
        "import",
    },  # a contributor of the organization that entered the draft
    "editor": {"restricted", "partners", "draft", "paper"},
    "token": {"partners"},  # of a partner system that is no party
}
"""Reader → what it may read."""
PERSONS = [each for each in READERS if each not in {"nobody", "anybody", "token"}]

ALL = "restricted partners draft"
SHOWN: dict[str, str] = {
    "/en/": f"{ALL} follow-up",
    "/en/search/suggestions?q={prefix}": "its",
    "/en/agreements/": ALL,
    "/en/agreements/?q={asked}": "its",
    "/en/agreements/?q={slip}": "its",
    "/en/agreements/?q={far}": "its",
    "/en/agreements/?columns=groups&columns=questions&more=party&more=place": ALL,
    "/en/agreements/export.csv": ALL,
    "/en/agreements/export.xlsx": ALL,
    "/en/agreements/export.json": ALL,
    "/en/agreements/export.json?expand=proof": ALL,
    "/en/agreements/export.pdf": ALL,
    "/en/agreements/sheets.pdf": ALL,
    "/en/agreements/calendar.ics": "draft follow-up",
    "/en/agreements/calendar/{user}/{signature}.ics": "holder follow-up",
    "/en/agreements/changes.atom": ALL,
    "/en/agreements/quality/": ALL,
    "/en/agreements/{code}/": ALL,
    "/en/agreements/{code}/?known_on={yesterday}": "its",
    "/en/agreements/{code}/?version=1": "its",
    "/en/agreements/{code}/sheet.pdf": "its",
    "/en/agreements/{code}/calendar.ics": "its draft",
    "/en/agreements/{code}/versions/": "its",
    "/en/agreements/{open}/": f"{ALL} follow-up",
    "/en/agreements/{open}/?known_on={yesterday}": ALL,
    "/en/agreements/{open}/?in_force_on={yesterday}": f"{ALL} follow-up",
    "/en/agreements/{open}/sheet.pdf": ALL,
    "/en/agreements/{open}/versions/": "",
    "/en/agreements/{code}/change/?way=amendment": "its",
    "/en/agreements/{open}/change/?way=event": "",
    "/en/agreements/{code}/duplicate/": ALL,
    "/en/agreements/{open}/duplicate/": ALL,
    "/en/agreements/{open}/duplicate/?with={code}": "its",
    "/en/agreements/{open}/duplicate/?q={code}": ALL,
    "/en/drafts/": "paper",
    "/en/drafts/new/": ALL,
    "/en/drafts/{paper}/": "paper",
    "/en/drafts/{paper}/check/": "paper",
    "/en/drafts/{change}/review/": "paper",
    "/en/agreements/{code}/review/": ALL,
    "/en/agreements/{open}/review/": ALL,
    "/en/agreements/{open}/withdraw/": "",
    "/en/notifications/": "",
    "/en/sources/{source}/": "its",
    "/en/sources/{shared_source}/": "",
    "/en/sources/{source}/newer/": "its",
    "/en/source-files/{source_file}/": "its",
    "/en/organizations/": "",
    "/en/organizations/?q={asked}": "",
    "/en/organizations/{body}/": ALL,
    "/en/organizations/{body}/?scope=subtree": ALL,
    "/en/organizations/{body}/merge/": "",
    "/en/organizations/{body}/merge/?with={other}": ALL,
    "/en/people/{person}/merge/": "",
    "/en/people/{person}/merge/?with={other_person}": ALL,
    "/en/identity/alike?kind=organization&name={asked}": "",
    "/en/identity/alike?kind=agreement&party={body_key}&party={other_key}": ALL,
    "/en/identity/duplicates/": "",
    "/en/identity/duplicates/?kind=person": "",
    "/en/identity/duplicates/?kind=agreement": ALL,
    "/en/people/": "",
    "/en/people/?organization={body_key}": "",
    "/en/people/{person}/": ALL,
    "/en/activities/": ALL,
    "/en/activities/?q={asked}": "its",
    "/en/activities/?agreement={agreement}": "its",
    "/en/activities/?commitment={commitment}": "its",
    "/en/activities/?look=month": ALL,
    "/en/activities/report/": f"reported {ALL}",
    "/en/activities/report/?agreement={code}": f"reported {ALL}",
    "/en/activities/report/?commitment={commitment}": f"reported {ALL}",
    "/en/activities/{activity}/": "its",
    "/en/activities/{activity}/edit/": f"reported {ALL}",
    "/en/activities/{shared_activity}/": ALL,
    "/en/activities/{shared_activity}/edit/": f"reported {ALL}",
    "/en/evidence/{evidence}/": "its",
    "/en/evidence/{backing}/": "its",
    "/en/commitments/{commitment}/": "its",
    "/en/commitments/{commitment}/word/": "",
    "/en/commitments/{open_commitment}/": "",
    "/en/exchange/": "import",
    "/en/exchange/registry.xlsx": ALL,
    "/en/exchange/registry.zip": ALL,
    "/en/exchange/templates/agreements.csv": "",
    "/en/exchange/{import}/": "import",
    "/en/exchange/{import}/faults.csv": "import",
    "/en/exchange/{import}/undo/": "",
    "/en/systems/": "",
    "/en/systems/{system}/": "",
    "/en/systems/{system}/revoke/": "",
    "/en/webhooks/": "",
    "/en/webhooks/{hook}/": "",
    "/en/webhooks/{hook}/remove/": "",
    "/en/webhooks/{hook}/{delivery}/": "",
    "/en/account/digest/": ALL,
    "/en/account/digest/stop/{user}/{stop}/": "",
    "/api/v1/": "",
    "/api/v1/agreements": ALL,
    "/api/v1/agreements?expand=proof": ALL,
    "/api/v1/agreements?q={asked}": "its",
    "/api/v1/agreements/{agreement}": "its",
    "/api/v1/agreements/{agreement}?expand=proof": "its",
    "/api/v1/agreements/{agreement}?known_on={yesterday}": "its",
    "/api/v1/agreements?brief=true": ALL,
    "/api/v1/agreements?fields=title&order=title&count=exact": ALL,
    "/api/v1/agreements?expand=links.agreement": ALL,
    "/api/v1/agreements?linked_to={agreement}": ALL,
    "/api/v1/agreements?has=links&not.state=ended": ALL,
    "/api/v1/agreements?updated_since={yesterday}": ALL,
    "/api/v1/agreements/{agreement}?brief=true": "its",
    "/api/v1/agreements/{agreement}/history": "",
    "/api/v1/agreements/{open_key}/history": "",
    "/api/v1/agreements/{agreement}/sources": "its",
    "/api/v1/agreements/{agreement}/transitions": "",
    "/api/v1/agreements/{open_key}?expand=proof": ALL,
    "/api/v1/agreements/{open_key}?known_on={yesterday}": ALL,
    "/api/v1/parties": ALL,
    "/api/v1/parties/{party}": "its",
    "/api/v1/signatories": ALL,
    "/api/v1/signatories/{signatory}": "its",
    "/api/v1/groups": ALL,
    "/api/v1/groups/{group}": "its",
    "/api/v1/objectives": ALL,
    "/api/v1/objectives/{objective}": "its",
    "/api/v1/commitments": ALL,
    "/api/v1/commitments?agreement={agreement}": "its",
    "/api/v1/commitments?q={asked}": "its",
    "/api/v1/commitments/{commitment}": "its",
    "/api/v1/statements": ALL,
    "/api/v1/statements/{statement}": "its",
    "/api/v1/advantages": ALL,
    "/api/v1/advantages/{advantage}": "its",
    "/api/v1/open-questions": ALL,
    "/api/v1/open-questions/{question}": "its",
    "/api/v1/events": ALL,
    "/api/v1/events/{event}": "its",
    "/api/v1/amendments": ALL,
    "/api/v1/amendments/{amendment}": "its",
    "/api/v1/links": ALL,
    "/api/v1/links/{link}": "its",
    "/api/v1/programmes": "",
    "/api/v1/programmes/{programme}": "",
    "/api/v1/sources": ALL,
    "/api/v1/sources/{source}": "its",
    "/api/v1/sources/{source}/citations": "its",
    "/api/v1/sources/{shared_source}/citations": ALL,
    "/api/v1/source-files/{source_file}": "its",
    "/api/v1/citations": ALL,
    "/api/v1/citations/{citation}": "its",
    "/api/v1/organizations": "",
    "/api/v1/organizations/{body_key}": "",
    "/api/v1/people": "",
    "/api/v1/people/{person}": "",
    "/api/v1/activities": ALL,
    "/api/v1/activities?q={asked}": "its",
    "/api/v1/activities?agreement={agreement}": ALL,
    "/api/v1/activities/{activity}": "its",
    "/api/v1/activities/{shared_activity}": ALL,
    "/api/v1/activities?expand=counts_toward.commitment": ALL,
    "/api/v1/evidence-files/{evidence}": "its",
    "/api/v1/evidence-files/{backing}": "its",
    "/api/v1/agreements?format=csv": ALL,
    "/api/v1/agreements?format=xlsx": ALL,
    "/api/v1/agreements?format=zip": ALL,
    "/api/v1/agreements?format=iati": "",
    "/api/v1/agreements?format=jsonld": ALL,
    "/api/v1/agreements?format=jsonld&expand=proof": ALL,
    "/api/v1/agreements?format=ics": "draft follow-up",
    "/api/v1/agreements?format=atom": ALL,
    "/api/v1/agreements/{agreement}?format=jsonld": "its",
    "/api/v1/agreements/{agreement}?format=xlsx": ALL,  # with what was done for it, and for others too
    "/api/v1/agreements/{agreement}?format=zip": ALL,
    "/api/v1/agreements/{agreement}?format=ics": "its draft",
    "/api/v1/parties?format=csv": ALL,
    "/api/v1/commitments?format=csv": ALL,
    "/api/v1/commitments?agreement={agreement}&format=xlsx": "its",
    "/api/v1/organizations?format=zip": "",
    "/api/v1/organizations?format=jsonld": "",
    "/api/v1/people?format=zip": "",
    "/api/v1/people?format=jsonld": "",
    "/api/v1/activities?format=zip": ALL,
    "/api/v1/activities?format=jsonld": ALL,
    "/api/v1/search?q={asked}": "its",
    "/api/v1/me": "",
    "/api/v1/changes": "",
    "/api/v1/changes/start": "",
    "/api/v1/webhook-endpoints": "",
    "/api/v1/webhook-endpoints/{hook}": "",
    "/api/v1/webhook-endpoints/{hook}/deliveries": "",
    "/api/v1/progress-views": ALL,
    "/api/v1/progress-views/{word}": "its",
    "/api/v1/offices": "",
    "/api/v1/offices/{office}": "",
    "/api/v1/jobs": "import",
    "/api/v1/jobs/{import}": "import",
    "/api/v1/jobs/{import}/rows": "import",
    "/api/v1/exports/registry.zip": ALL,
    "/api/v1/identifiers/organizations/nobody/none": "",
    "/api/v1/identifiers/agreements/nobody/none": "",
    "/api/v1/vocabularies": "",
    "/api/v1/vocabularies/{vocabulary}": "",
    "/api/v1/vocabularies/{vocabulary}/{term}": "",
}
"""What is asked → whose words an answer holds, for those who may read them.

An address with a placeholder of a hidden record is asked for each of the three, and holds nothing for whoever may not
read that record. `its`: at most the words of that record. `reported`: what one may count activities towards, as a party
or an editor. `holder`: whoever asks, the answer is that of the member whose private address it is.
"""


AGAIN = {
    "/en/agreements/?q={slip}",
    "/en/agreements/?q={far}",
    "/en/agreements/export.xlsx",
    "/en/exchange/registry.xlsx",
    "/api/v1/agreements?format=xlsx",
    "/api/v1/agreements?linked_to={agreement}",
    "/api/v1/agreements/{agreement}?expand=proof",
    "/api/v1/agreements/{agreement}?format=jsonld",
    "/api/v1/agreements/{agreement}?format=xlsx",
    "/api/v1/agreements?format=jsonld&expand=proof",
    "/api/v1/commitments?agreement={agreement}&format=xlsx",
}
"""What another row asks in all but the form: asked in the drill."""


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
        self.hook = WebhookEndpoint.objects.create(
            organization=self.body, url="https://receiver.example/", events=["*"], place="0" * 36
        )
        self.files: list[str] = []
        self.clients = {each: self.client_of(each) for each in READERS}
        programme = Programme(slug="programme", source_language="en", name_en="A programme")
        member = self.accounts["member"]
        self.known = {
            "open": self.open.code,
            "open_key": self.open.pk,
            "open_commitment": self.open_commitment.pk,
            "shared_source": self.source.pk,
            "shared_activity": self.activity.pk,
            "system": factories.ApiTokenFactory(organization=self.body).pk,
            "body": self.body.slug,
            "body_key": self.body.pk,
            "other": self.other.slug,
            "other_key": self.other.pk,
            "other_person": factories.PersonFactory().pk,
            "person": self.speaker.person_id,
            "office": self.speaker.pk,
            "programme": self.row(programme).pk,
            "vocabulary": "themes",
            "term": "education",
            "yesterday": timezone.now().date() - timedelta(days=1),
            "user": member.pk,
            "signature": private_addresses.address("calendar-private", member)[:-4].rpartition("/")[2],
            "stop": private_addresses.address("digest-stop", member).split("/")[-2],
        }
        self.known["hook"] = self.hook.pk
        self.known["delivery"] = self.hook.deliveries.create(
            key="msg_1", type="ping", chain=self.hook.pk, body="{}"
        ).pk
        self.known["import"] = self.brought(WORDS["import"]).pk
        told = WORDS["paper"]
        source = {
            "key": "s",
            "kind": "letter",
            "language": "en",
            "text": f"{told}.",
            "title": told,
            "noise": [],
        }
        content = {"source_language": "en", "titles": {"en": told}, "sources": [source]}
        self.known["paper"] = drafting.start(content, by=self.accounts["clerk"]).pk
        self.known["change"] = self.change(told).pk
        self.hidden: dict[str, dict[str, object]] = {}

    def brought(self, told: str) -> Import:
        """A file that was checked, with a row that was refused."""
        now, clerk = timezone.now(), self.accounts["clerk"]
        row = Import.objects.create(
            owner=clerk,
            organization=clerk.organization,
            name=f"{told}.csv",
            file="imports/none",
            size=9,
            sha256="0" * 64,
            asked=Import.Asked.CHECK,
            asked_by=clerk,
            asked_at=now,
            begun_at=now,
            ended_at=now,
            counts={"refused": 1},
        )
        fault = {"column": "A", "header": told, "message": told, "hint": told}
        ImportRow.objects.create(
            imported=row, table="agreements", line=2, verdict="refused", title=told, faults=[fault]
        )
        return row

    def change(self, told: str) -> Draft:
        """A change of the open agreement that waits for approval."""
        clerk = self.accounts["clerk"]
        content = {"source_language": "en", "titles": {"en": told}, "sources": []}
        return Draft.objects.create(
            owner=clerk,
            organization=self.office_of_clerk,
            agreement=self.open,
            based_on=self.open.version,
            purpose=Draft.Purpose.CORRECTION,
            content=content,
            reason=told,
            submitted_by=clerk,
            submitted_at=timezone.now(),
        )

    def client_of(self, reader: str) -> Client:
        if reader == "token":
            return Client(headers={"Authorization": f"Bearer {self.token.secret}"})
        client = Client()
        if account := self.accounts.get(reader):
            client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

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
        signatory = self.row(Signatory(party=party, person=self.speaker.person))
        amendment = Amendment(agreement=agreement, number=1, summary_en=told, reference=told, document=source)
        self.row(amendment)
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
        file = SourceFile(
            source=source, name=f"{told}.txt", type="txt", size=9, file=self.file(told), sha256="0" * 64
        )
        self.row(file)
        self.row(
            FollowUp(
                agreement=agreement,
                on=timezone.localdate(),
                note=told,
                set_by=self.accounts["editor"],
            )
        )
        for each in self.accounts.values():
            self.row(Follow(user=each, agreement=agreement))
        factories.record(agreement)
        self.hidden[kind] = {
            "asked": ASKED[kind],
            "prefix": WORDS[kind][:5],
            "slip": WORDS[kind].replace("in", "im"),
            "far": WORDS[kind].replace("in", "omm"),
            "code": agreement.code,
            "agreement": agreement.pk,
            "party": party.pk,
            "signatory": signatory.pk,
            "amendment": amendment.pk,
            "commitment": commitment.pk,
            "group": factories.NamedGroupFactory(**own, place=told).pk,
            "objective": factories.ObjectiveFactory(**own).pk,
            "statement": statement.pk,
            "advantage": factories.AdvantageFactory(**own, claimed_in=statement).pk,
            "question": question.pk,
            "event": event.pk,
            "link": link.pk,
            "source": source.pk,
            "source_file": file.pk,
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


def words_of(response) -> str:
    """Everything an answer says, its head included, in small letters."""
    body = b"".join(response)
    kind = response.headers.get("Content-Type", "")
    if "spreadsheet" in kind or kind == "application/zip":
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


def expected(row: str, kind: str, reader: str) -> set[str]:
    """The kinds of which `reader` meets words in the answer of a row, asked for a record of `kind` or of none."""
    shown, may = set(SHOWN[row].split()), READERS[reader]
    if "holder" in shown:
        return shown & READERS["member"]
    if (kind and kind not in may) or ("reported" in shown and reader not in {"member", "editor"}):
        return set()
    if "its" in shown:
        shown = {kind} if shown == {"its"} else {kind} & shown
    return shown & may


@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=pytest.mark.drill if row in AGAIN else ()) for row in SHOWN]
)
def test_an_answer_holds_the_words_of_what_its_reader_may_read_and_no_others(registry, row, settings):
    wrong = []
    for reader in READERS:
        if reader == "token" and not row.startswith("/api/"):
            continue  # a token opens the API alone
        settings.PUBLIC_READING = reader != "nobody"
        for address, kind in registry.asks(row).items():
            response = registry.clients[reader].get(address)
            due = expected(row, kind, reader) if response.status_code != 403 else set()
            if (said := found(response)) != due:
                wrong.append((reader, kind, response.status_code, said, due))

    assert wrong == []


def test_a_letter_holds_the_words_of_public_agreements_alone(registry):
    """Mail lies about: of an agreement that is not public it tells the number."""
    yesterday = timezone.now() - timedelta(days=1)
    readers = {each.email: name for name, each in registry.accounts.items()}
    User.objects.filter(email__in=readers).update(weekly_digest=True, digest_until=yesterday)
    digest.send_all(on=timezone.localdate() + timedelta(days=1), by=BY)

    letters = {readers[each.to[0]]: f"{each.subject} {each.body} {each.alternatives}" for each in mail.outbox}
    for reader, letter in letters.items():
        assert {kind for kind, word in WORDS.items() if word in letter} == {"draft"} & READERS[reader]
        codes = {kind for kind, own in registry.hidden.items() if own["code"] in letter}
        assert codes == READERS[reader] & registry.hidden.keys()
    assert letters.keys() == registry.accounts.keys()
