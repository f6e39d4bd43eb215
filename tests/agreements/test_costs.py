"""A page costs the same for ten agreements and for ten thousand.

Every page, export, feed, calendar and resource of the API, with the number of queries it is answered with: a page that
is not in the table, or that costs one query more or less, fails here.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client, override_settings
from django.utils import timezone

from activities.models import (
    Activity,
    ActivityOrganizer,
    EvidenceFile,
    Fulfilment,
    Participation,
    ProgressView,
)
from agreements.models import (
    Advantage,
    Agreement,
    AgreementLink,
    AgreementSource,
    AgreementTheme,
    Amendment,
    Citation,
    Commitment,
    CommitmentBeneficiary,
    CommitmentDebtor,
    Draft,
    Follow,
    FollowUp,
    LifecycleEvent,
    NamedGroup,
    Objective,
    OpenQuestion,
    Party,
    Programme,
    SavedView,
    Signatory,
    Source,
    SourceFile,
    Statement,
    Theme,
)
from agreements.services import drafting
from audit import trail
from exchange.access import calls, limits
from exchange.models import Import, ImportEffect, ImportRow, WebhookEndpoint
from lib import prepared, search
from lib.claims import Basis, DateClaim
from organizations import private_addresses
from organizations.models import Alias, ApiToken, Office, Organization, Person
from tests import addresses
from tests.agreements.conftest import BY, account

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("long")]

FEW, SOME, MANY = 10, 200, 10_000
BODIES, RICH = 300, 10

# With SOME, nothing is looked for that is spelt almost like it: enough is found.
LESS = {
    ("/en/agreements/?q=children&kind=other", "anybody"): 10,
    ("/en/agreements/?q=childern", "anybody"): 13,
}

# Asked again with MANY; the other pages show one thing, or are lists like these.
LISTS = (
    "/en/",
    "/en/agreements/",
    "/en/agreements/?q=children&kind=other",
    "/en/agreements/?attention=overdue&order=next",
    "/en/agreements/?party={hub}&columns=groups&columns=questions&size=100",
    "/en/agreements/{code}/",
    "/en/agreements/quality/",
    "/en/organizations/",
    "/en/activities/",
    "/api/v1/agreements",
    "/api/v1/agreements?q=children",
    "/api/v1/commitments",
)

COSTS: dict[str, tuple[int | str, int | str]] = {
    "/en/": (20, 28),
    "/en/search/suggestions?q=agr": (3, 6),
    "/en/agreements/": (6, 11),
    "/en/agreements/?q=children&kind=other": (11, 15),
    "/en/agreements/?q=childern": (14, 18),
    "/en/agreements/?attention=overdue&order=next": (6, 11),
    "/en/agreements/?attention=incomplete&more=organization&more=group": (6, 11),
    "/en/agreements/?in_force_on={today}&signed_to={past}&order=-signed": (6, 11),
    "/en/agreements/?party={hub}&columns=groups&columns=questions&size=100": (7, 11),
    "/en/agreements/?q=nothing+like+it": (8, 12),
    # A whole export reads on in batches by key: its queries grow with its rows, by one batch for some hundreds.
    "/en/agreements/export.csv?only={code}": (17, 20),
    "/en/agreements/export.xlsx?only={code}": (17, 20),
    "/en/agreements/export.json?only={code}": (22, 24),
    "/en/agreements/export.json?only={code}&expand=proof": (35, 37),
    "/en/agreements/export.pdf?only={code}": (18, 21),
    "/en/agreements/calendar.ics": (15, 18),
    "/en/agreements/calendar/{user}/{signature}.ics": (17, 17),
    "/en/agreements/changes.atom": (2, 4),
    "/en/agreements/quality/": (17, 20),
    "/en/agreements/{code}/": (48, 53),
    "/en/agreements/{code}/?in_force_on={past}": (46, 53),
    "/en/agreements/{code}/?known_on={today}": (56, 59),
    "/en/agreements/{code}/sheet.pdf": (41, 43),
    "/en/agreements/sheets.pdf?only={code}": (43, 45),
    "/en/agreements/sheets.pdf?only={code}&only={linked}": (43, 45),
    "/en/agreements/{code}/calendar.ics": (16, 19),
    "/en/agreements/{code}/versions/": (0, 8),
    "/en/agreements/{code}/change/?way=amendment": (0, 33),
    "/en/agreements/{code}/duplicate/": (0, 25),
    "/en/agreements/{code}/duplicate/?with={linked}": (0, 48),
    "/en/exchange/": (0, 4),
    "/en/exchange/registry.xlsx": (0, 55),
    "/en/exchange/registry.zip": (0, 55),
    "/en/exchange/templates/agreements.csv": (0, 2),
    "/en/exchange/{import}/": (0, 6),
    "/en/exchange/{import}/faults.csv": (0, 4),
    "/en/exchange/{import}/undo/": (0, 7),
    "/en/webhooks/": (0, 6),
    "/en/webhooks/{hook}/": (0, 6),
    "/en/webhooks/{hook}/remove/": (0, 5),
    "/en/webhooks/{hook}/{delivery}/": (0, 5),
    "/en/drafts/": (0, 4),
    "/en/drafts/new/": (0, 4),
    "/en/drafts/{draft}/": (0, 19),
    "/en/drafts/{draft}/check/": (0, 10),
    "/en/drafts/{change}/review/": (0, 17),
    "/en/agreements/{code}/review/": (0, 69),
    "/en/agreements/{code}/withdraw/": (0, "answered 403"),
    "/en/notifications/": (0, 6),
    "/en/sources/{source}/": (5, 8),
    "/en/sources/{source}/newer/": (0, 5),
    "/en/source-files/{source_file}/": (1, 3),
    "/en/organizations/": (5, 8),
    "/en/organizations/?order=agreements": (6, 9),
    "/en/organizations/{slug}/": (27, 31),
    "/en/organizations/{slug}/?scope=subtree": (26, 30),
    "/en/organizations/{slug}/merge/": (0, 14),
    "/en/organizations/{slug}/merge/?with=body-5": (0, 67),
    "/en/people/{person}/merge/": (0, 11),
    "/en/people/{person}/merge/?with={other_person}": (0, 31),
    "/en/identity/alike?kind=organization&name=body": (0, 8),
    "/en/identity/alike?kind=agreement&party={hub}&party={body}": (0, 13),
    "/en/identity/duplicates/": (0, 14),
    "/en/identity/duplicates/?kind=person": (0, 11),
    "/en/identity/duplicates/?kind=agreement": (0, 17),
    "/en/people/": (3, 6),
    "/en/people/{person}/": (8, 12),
    "/en/activities/": (13, 16),
    "/en/activities/?q=activity&status=held": (18, 21),
    "/en/activities/?look=month": (25, 28),
    "/en/activities/report/": (0, 8),
    "/en/activities/report/?commitment={commitment}": (0, 12),
    "/en/activities/{activity}/": (9, 14),
    "/en/activities/{activity}/edit/": (0, 25),
    "/en/evidence/{evidence}/": (1, 3),
    "/en/commitments/{commitment}/": (52, 55),
    "/en/commitments/{commitment}/word/": (0, 54),
    "/en/systems/": (0, 5),
    "/en/systems/{system}/": (0, 5),
    "/en/systems/{system}/revoke/": (0, 4),
    "/en/account/digest/": (0, 6),
    "/en/account/digest/stop/{user}/{stop}/": (1, 4),
    "/api/v1/": (0, 2),
    "/api/v1/agreements": (2, 4),
    "/api/v1/agreements?expand=proof&page_size=5": (59, 61),
    "/api/v1/agreements?q=children": (4, 6),
    "/api/v1/agreements?brief=true&count=exact": (2, 4),
    "/api/v1/agreements?fields=title&order=-signed": (2, 4),
    "/api/v1/agreements?expand=programme,parties.organization,parties.organization.parent": (27, 29),
    "/api/v1/agreements?not.party={body}&has=commitments": (3, 5),
    "/api/v1/agreements?order=relevance&q=children": (5, 7),
    "/api/v1/agreements/{agreement}/history": ("answered 401", 4),
    "/api/v1/agreements/{agreement}": (1, 3),
    "/api/v1/agreements/{agreement}?expand=proof": (35, 37),
    "/api/v1/agreements/{agreement}?known_on={today}": (37, 39),
    "/api/v1/agreements/{agreement}/sources": (6, 8),
    "/api/v1/agreements/{agreement}/transitions": (1, 3),
    "/api/v1/parties": (23, 25),
    "/api/v1/parties/{party}": (23, 25),
    "/api/v1/signatories": (23, 25),
    "/api/v1/signatories/{signatory}": (23, 25),
    "/api/v1/groups": (23, 25),
    "/api/v1/groups/{group}": (23, 25),
    "/api/v1/objectives": (23, 25),
    "/api/v1/objectives/{objective}": (23, 25),
    "/api/v1/commitments": (23, 25),
    "/api/v1/commitments?debtor={hub}": (24, 26),
    "/api/v1/commitments?joint=false&progress=overdue&order=due": (23, 25),
    "/api/v1/commitments/{commitment}": (23, 25),
    "/api/v1/statements": (23, 25),
    "/api/v1/statements/{statement}": (23, 25),
    "/api/v1/advantages": (23, 25),
    "/api/v1/advantages/{advantage}": (23, 25),
    "/api/v1/open-questions": (23, 25),
    "/api/v1/open-questions/{question}": (23, 25),
    "/api/v1/events": (23, 25),
    "/api/v1/events/{event}": (23, 25),
    "/api/v1/amendments": (23, 25),
    "/api/v1/amendments/{amendment}": (23, 25),
    "/api/v1/links": (23, 25),
    "/api/v1/links/{link}": (23, 25),
    "/api/v1/programmes": (1, 3),
    "/api/v1/programmes/{programme}": (1, 3),
    "/api/v1/sources": (4, 6),
    "/api/v1/sources/{source}": (4, 6),
    "/api/v1/sources/{source}/citations": (3, 5),
    "/api/v1/source-files/{source_file}": (1, 3),
    "/api/v1/citations": (2, 4),
    "/api/v1/citations/{citation}": (2, 4),
    "/api/v1/organizations": (4, 6),
    "/api/v1/organizations/{hub}": (4, 6),
    "/api/v1/people": (3, 5),
    "/api/v1/people/{person}": (3, 5),
    "/api/v1/activities": (5, 7),
    "/api/v1/activities/{activity}": (5, 7),
    "/api/v1/activities?expand=organizers,counts_toward.commitment": (32, 34),
    "/api/v1/evidence-files/{evidence}": (1, 3),
    # In other formats. Files read on in batches by key, as exports do.
    "/api/v1/agreements?format=jsonld&page_size=20": (22, 24),
    "/api/v1/agreements?format=ics": (15, 18),
    "/api/v1/agreements?format=atom": (2, 4),
    "/api/v1/agreements?only={code}&format=csv": (33, 35),
    "/api/v1/agreements?only={code}&only={linked}&format=xlsx": (50, 52),
    "/api/v1/agreements?only={code}&only={linked}&format=zip": (50, 52),
    "/api/v1/agreements?only={code}&format=iati": (39, 41),
    "/api/v1/agreements?only={code}&only={linked}&format=iati": (39, 41),
    "/api/v1/agreements/{agreement}?format=jsonld": (22, 24),
    "/api/v1/agreements/{agreement}?format=ics": (17, 20),
    "/api/v1/agreements/{agreement}?format=iati": (41, 43),
    "/api/v1/agreements/{agreement}?format=zip": (51, 53),
    "/api/v1/commitments?agreement={agreement}&format=csv": (35, 37),
    "/api/v1/parties?agreement={agreement}&format=csv": (35, 37),
    "/api/v1/organizations?format=jsonld": (4, 6),
    "/api/v1/organizations?format=csv": (12, 14),
    "/api/v1/people?format=jsonld": (3, 5),
    "/api/v1/people?format=zip": (7, 9),
    "/api/v1/activities?format=jsonld": (5, 7),
    "/api/v1/activities?agreement={agreement}&format=zip": (10, 12),
    "/api/v1/search?q=children": (8, 10),
    "/api/v1/me": (0, 3),
    # Seen from inside its own transaction the feed is empty; what a page of it costs is in test_api_changes.py.
    "/api/v1/changes": (2, 4),
    "/api/v1/changes/start": (2, 4),
    "/api/v1/webhook-endpoints": ("answered 401", 3),
    "/api/v1/webhook-endpoints/{hook}": ("answered 401", 3),
    "/api/v1/webhook-endpoints/{hook}/deliveries": ("answered 401", 4),
    "/api/v1/progress-views": (2, 4),
    "/api/v1/progress-views/{word}": (2, 4),
    "/api/v1/offices": (1, 3),
    "/api/v1/offices/{office}": (1, 3),
    "/api/v1/jobs": ("answered 401", 3),
    "/api/v1/jobs/{import}": ("answered 401", 3),
    "/api/v1/jobs/{import}/rows": ("answered 401", 4),
    "/api/v1/exports/registry.zip": ("answered 401", 55),
    "/api/v1/identifiers/organizations/nobody/none": ("answered 404", "answered 404"),
    "/api/v1/identifiers/agreements/nobody/none": ("answered 404", "answered 404"),
    "/api/v1/vocabularies": (0, 2),
    "/api/v1/vocabularies/{vocabulary}": (1, 3),
    "/api/v1/vocabularies/{vocabulary}/{term}": (2, 4),
}
"""What is asked → the queries of an answer: for a reader without account, for an editor (with session and account)."""

OPEN = {
    "PUBLIC_READING": True,
    "IATI_REPORTING_ORG": {"ref": "MA-COA-1", "type": "10", "name": "The registry office"},
}


def day(offset: int) -> DateClaim:
    """The exact day so many days from today."""
    exact = timezone.localdate() + timedelta(days=offset)
    return DateClaim(exact.isoformat(), exact, exact, Basis.STATED)


class Registry:
    """Agreements between a hub, to which every second one belongs, and three hundred bodies.

    The ten newest are told at length, and of the others every tenth; so all pages have the same make-up.
    """

    def __init__(self):
        bodies = [
            Organization(
                slug=f"body-{index}",
                source_language="en",
                name_en=f"Body {index}",
                kind_id="association",
                country="MA",
                city="Meknes",
            )
            for index in range(BODIES)
        ]
        self.hub, *self.bodies = Organization.objects.bulk_create(bodies)
        self.reviewer, self.editor = account("reviewer"), account("editor", self.hub)
        unit = Organization(
            slug="unit", source_language="en", name_en="Unit", parent=self.hub, relation="part_of"
        )
        unit.save()
        Alias.objects.create(organization=self.hub, name="The hub", language="en")
        people = [Person(source_language="en", name_en=f"Person {index}") for index in range(100)]
        self.people = Person.objects.bulk_create(people)
        self.offices = Office.objects.bulk_create(
            Office(person=each, organization=self.bodies[index], source_language="en", title_en="director")
            for index, each in enumerate(self.people)
        )
        self.programme = Programme.objects.create(slug="programme", source_language="en", name_en="Programme")
        SavedView.objects.create(owner=self.editor, name="Mine", query="kind=other")
        self.theme = Theme.objects.order_by("code").first()
        self.newest: Agreement | None = None
        self.evidence = default_storage.save("evidence/of-the-costs", ContentFile(b"A photo."))
        self.known: dict[str, object] = {
            "hub": self.hub.pk,
            "slug": self.hub.slug,
            "programme": self.programme.pk,
            "body": self.bodies[0].pk,
            "other_person": self.people[50].pk,
            "user": self.editor.pk,
            "signature": private_addresses.address("calendar-private", self.editor)[
                : -len(".ics")
            ].rpartition("/")[2],
            "stop": private_addresses.address("digest-stop", self.editor).split("/")[-2],
            "vocabulary": "themes",
            "term": Theme.objects.order_by("pk").first().pk,
            "today": timezone.localdate(),
            "past": timezone.localdate() - timedelta(days=100),
        }
        source = {"key": "s", "kind": "letter", "language": "en", "text": "We agree.", "noise": []}
        content = {"source_language": "en", "sources": [source]}
        self.known["system"] = ApiToken.objects.create(organization=self.hub, **ApiToken.draw()[1]).pk
        self.known["draft"] = drafting.start(content, by=self.editor).pk
        self.known["import"] = self.imported().pk
        self.hook = WebhookEndpoint.objects.create(
            organization=self.hub, url="https://receiver.example/", events=["*"], place="0" * 36
        )
        self.known["hook"] = self.hook.pk
        trail.record("tests.filled", self.hub, by=BY)

    def imported(self) -> Import:
        """A file that was entered, with a row and what that made."""
        now = timezone.now()
        row = Import.objects.create(
            owner=self.editor,
            organization=self.hub,
            name="list.csv",
            file="imports/none",
            size=9,
            sha256="0" * 64,
            applied_at=now,
            applied_by=self.editor,
            counts={"create": 1},
        )
        ImportRow.objects.create(imported=row, table="organizations", line=2, verdict="create")
        ImportEffect.objects.create(
            imported=row,
            target_type="organizations.organization",
            target_id=self.hub.pk,
            chain=self.hub.pk,
            sequence=1,
            made=True,
        )
        return row

    def grow(self, start: int, stop: int) -> None:
        """Enter the agreements with these indexes, numbered downwards: the first stay the newest."""
        agreements = Agreement.objects.bulk_create(
            Agreement(
                number=100_000 - index,
                source_language="en",
                title_en=f"Agreement {index}",
                kind_id="other",
                programme=self.programme if index % 2 else None,
                signed=day(-400 - index),
                effective=day(-400 - index),
                ends=day(30 + index),
                editorial_state="draft" if index % 10 == 9 else "published",
                reviewed_by=self.reviewer,
            )
            for index in range(start, stop)
        )
        parties = Party.objects.bulk_create(
            Party(agreement=each, organization=organization, position=position)
            for index, each in enumerate(agreements, start)
            for position, organization in enumerate(self.pair(index), start=1)
        )
        commitments = Commitment.objects.bulk_create(
            Commitment(
                agreement=each,
                number=number,
                position=number,
                kind_id="other",
                text_en=f"Bring bread{self.alike(index)} and salt{self.alike(index)}, {number} each",
                due=day(10 * number - 15) if number < 3 else DateClaim(),
            )
            for index, each in enumerate(agreements, start)
            for number in (1, 2, 3)
        )
        CommitmentDebtor.objects.bulk_create(
            CommitmentDebtor(commitment=each, party=parties[2 * (index // 3)])
            for index, each in enumerate(commitments)
        )
        CommitmentBeneficiary.objects.bulk_create(
            CommitmentBeneficiary(commitment=each, party=parties[2 * (index // 3) + 1])
            for index, each in enumerate(commitments)
            if index % 3 == 0
        )
        told = Rows()
        for index, each in enumerate(agreements, start):
            if index < RICH or index % 10 == 0:
                at = index - start
                self.tell(told, each, index, parties[2 * at : 2 * at + 2], commitments[3 * at : 3 * at + 3])
        told.enter()
        trail.record("tests.filled", agreements[0], by=BY)

    @staticmethod
    def alike(index: int) -> int:
        """The third is like the first, in parties and in words, and has no link to it: similar, among any number."""
        return 0 if index == 2 else index

    def pair(self, index: int) -> tuple[Organization, Organization]:
        other = self.bodies[self.alike(index) % len(self.bodies)]
        return (self.bodies[(index + 1 + index % 50) % len(self.bodies)] if index % 2 else self.hub), other

    def tell(self, told: "Rows", agreement, index: int, parties: list, commitments: list) -> None:
        """Everything that can be told of an agreement, once."""
        a, _b = parties
        speaker = self.offices[index % len(self.offices)]
        text = f"A source of agreement {index}."
        source = told(Source(kind="press_article", language="en", text=text, title=f"Source {index}"))
        told(AgreementSource(agreement=agreement, source=source))
        file = told(
            SourceFile(
                source=source, name="signed.pdf", type="pdf", size=8, file=self.evidence, sha256="0" * 64
            )
        )
        group = told(NamedGroup(agreement=agreement, text_en="children"))
        told(AgreementTheme(agreement=agreement, theme=self.theme))
        signatory = told(Signatory(party=a, person=speaker.person, office=speaker))
        amendment = told(
            Amendment(agreement=agreement, number=1, summary_en="One more year", document=source)
        )
        objective = told(Objective(agreement=agreement, text_en="work together"))
        statement = told(
            Statement(agreement=agreement, text_en="it is a first", speaker=speaker, attribution="stated")
        )
        advantage = told(Advantage(agreement=agreement, text_en="an exemption", claimed_in=statement))
        event = told(LifecycleEvent(agreement=agreement, kind="suspension", occurred=day(-300)))
        told(LifecycleEvent(agreement=agreement, kind="resumption", occurred=day(-200)))
        cited = {
            "of_agreement": agreement,
            "party": a,
            "objective": objective,
            "commitment": commitments[0],
            "statement": statement,
            "advantage": advantage,
            "event": event,
            "office": speaker,
        }
        citations = [
            told(Citation(agreement=agreement, source=source, start=0, end=8, quote=text[:8], **{fact: row}))
            for fact, row in cited.items()
        ]
        question = told(OpenQuestion(agreement=agreement, text_en="Who?", commitment=commitments[0]))
        told(OpenQuestion(agreement=agreement, text_en="When?", about="signed"))
        self.newest = self.newest or agreement
        if self.newest != agreement and self.alike(index):
            link = told(AgreementLink(agreement=agreement, kind="related", to=self.newest))
            self.known.setdefault("link", link.pk)
            self.known.setdefault("linked", agreement.code)
        activity = told(
            Activity(
                source_language="en",
                title_en=f"Activity {index}",
                kind_id="event",
                status="held",
                held=day(-3),
            )
        )
        told(ActivityOrganizer(activity=activity, organization=a.organization))
        told(Participation(activity=activity, number=20))
        told(Fulfilment(activity=activity, commitment=commitments[0]))
        word = told(
            ProgressView(
                commitment=commitments[0],
                party=a,
                verdict="partly",
                said_on=timezone.localdate(),
                note="Half.",
            )
        )
        evidence = [
            told(EvidenceFile(name="photo.jpg", file=self.evidence, sha256="0" * 64, **shown))
            for shown in ({"activity": activity}, {"progress_view": word})
        ]
        for on in (-2, 2):
            told(
                FollowUp(
                    agreement=agreement,
                    commitment=commitments[1],
                    organization=self.hub,
                    on=timezone.localdate() + timedelta(days=on),
                    note="Ask.",
                    set_by=self.editor,
                )
            )
        told(Follow(user=self.editor, agreement=agreement))
        delivery = self.hook.deliveries.create(key=f"msg_{index}", type="ping", chain=agreement.pk, body="{}")
        self.known.setdefault("delivery", delivery.pk)
        if self.newest != agreement:
            return
        content = {"source_language": "en", "titles": {"en": "Another"}, "sources": []}
        change = Draft(
            owner=self.reviewer, agreement=agreement, based_on=1, purpose="correction", content=content
        )
        change.submitted_by, change.submitted_at = self.reviewer, timezone.now()
        change.save()
        self.known["change"] = change.pk
        self.known |= {
            "code": agreement.code,
            "agreement": agreement.pk,
            "party": a.pk,
            "signatory": signatory.pk,
            "amendment": amendment.pk,
            "group": group.pk,
            "objective": objective.pk,
            "commitment": commitments[0].pk,
            "statement": statement.pk,
            "advantage": advantage.pk,
            "question": question.pk,
            "event": event.pk,
            "source": source.pk,
            "source_file": file.pk,
            "citation": citations[0].pk,
            "activity": activity.pk,
            "word": word.pk,
            "evidence": evidence[0].pk,
            "person": speaker.person_id,
            "office": speaker.pk,
        }


class Rows:
    """What is to be entered, of every table, in the order in which the tables were first named."""

    def __init__(self):
        self.waiting: dict[type[Model], list[Model]] = {}

    def __call__(self, row):
        self.waiting.setdefault(type(row), []).append(row)
        return row

    def enter(self) -> None:
        for table, rows in self.waiting.items():
            table.objects.bulk_create(rows)


WRITTEN_OUT = {
    row
    for row in COSTS
    if row.startswith("/api/v1/agreements") and "expand" not in row and "format" not in row
}
"""What is told out of texts that are kept."""


class Costs:
    """How many queries each address of the table takes, for both readers; a refusal instead is said."""

    READERS = ("anybody", "editor")

    def __init__(self, registry: Registry):
        self.registry = registry
        self.clients = {each: Client(raise_request_exception=False) for each in self.READERS}
        self.clients["editor"].force_login(
            registry.editor, backend="django.contrib.auth.backends.ModelBackend"
        )

    DOOR = tuple(prepared.called(each) for each in (*limits.STATEMENTS, *calls.STATEMENTS))
    """What every request of the API costs besides, whatever it asks: counting it, and noting who asked."""

    def of_all(self, rows: Iterable[str] = COSTS) -> dict[tuple[str, str], int | str]:
        return {(row, reader): self.of(row, reader) for row in rows for reader in self.READERS}

    def of(self, row: str, reader: str) -> int | str:
        if row in WRITTEN_OUT:  # the first reader writes for the others, whatever that costs
            self.clients[reader].get(row.format_map(self.registry.known))
        asked: list[str] = []

        def note(execute, sql, *rest):
            if not any(statement in sql for statement in self.DOOR):
                asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            response = self.clients[reader].get(row.format_map(self.registry.known))
            b"".join(response)
        return len(asked) if response.status_code in {200, 302} else f"answered {response.status_code}"


@pytest.fixture(scope="module")
def costs(django_db_setup, django_db_blocker) -> Iterator[Costs]:
    """A registry for the whole file, which grows; taken back after it."""
    with django_db_blocker.unblock(), override_settings(**OPEN), transaction.atomic():
        registry = Registry()
        yield Costs(registry)
        transaction.set_rollback(True)
    default_storage.delete(registry.evidence)


@pytest.fixture(scope="module")
def few(costs) -> dict[tuple[str, str], int | str]:
    """The costs with FEW agreements."""
    costs.registry.grow(0, FEW)
    return costs.of_all()


@pytest.fixture(scope="module")
def some(costs, few) -> dict[tuple[str, str], int | str]:
    """The costs with SOME agreements."""
    costs.registry.grow(FEW, SOME)
    return costs.of_all()


@pytest.fixture(scope="module")
def many(costs, some) -> dict[tuple[str, str], int | str]:
    """The costs of LISTS with MANY agreements.

    The triggers sleep while the last thousands come, or they would take minutes in this one transaction: nothing here
    asks for their guard. What a search needs of them is drawn anew.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        costs.registry.grow(SOME, MANY)
        cursor.execute("SET LOCAL session_replication_role = origin")
        search.rebuild()
        cursor.execute("ANALYZE")  # as autovacuum keeps the statistics
    return costs.of_all(LISTS)


def test_every_page_is_in_the_table():
    assert addresses.named(COSTS) == addresses.READ


@pytest.mark.parametrize("reader", Costs.READERS)
@pytest.mark.parametrize("row", COSTS)
def test_an_answer_costs_what_the_table_says_for_ten_agreements(few, row, reader):
    assert few[row, reader] == COSTS[row][Costs.READERS.index(reader)]


@pytest.mark.drill
@pytest.mark.parametrize("reader", Costs.READERS)
@pytest.mark.parametrize("row", COSTS)
def test_an_answer_costs_the_same_for_two_hundred(some, row, reader):
    assert some[row, reader] == LESS.get((row, reader), COSTS[row][Costs.READERS.index(reader)])


@pytest.mark.drill
@pytest.mark.parametrize("reader", Costs.READERS)
@pytest.mark.parametrize("row", LISTS)
def test_a_list_costs_the_same_for_ten_thousand(many, row, reader):
    assert many[row, reader] == LESS.get((row, reader), COSTS[row][Costs.READERS.index(reader)])
