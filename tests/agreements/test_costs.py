"""A page costs the same for ten agreements and for ten thousand.

Every page, export, feed, calendar and resource of the API, with the number of queries it is answered with: a page that
is not in the table, or that costs one query more or less, fails here.
"""

from collections.abc import Iterator
import json, time
T=time.time()
from datetime import timedelta
from itertools import pairwise

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
    Citation,
    Commitment,
    CommitmentBeneficiary,
    CommitmentDebtor,
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
    Statement,
    Theme,
)
from audit import trail
from lib.claims import Basis, DateClaim
from organizations import private_addresses
from organizations.models import Alias, Office, Organization, Person
from tests import addresses
from tests.agreements.conftest import BY, account

pytestmark = pytest.mark.django_db

FEW, MANY = 10, 1_000
BODIES, RICH = 300, 10

COSTS: dict[str, tuple[int, int]] = {
    "/en/": (0, 0),
    "/en/search/suggestions?q=agr": (0, 0),
    "/en/agreements/": (0, 0),
    "/en/agreements/?q=children&kind=other": (0, 0),
    "/en/agreements/?q=childern": (0, 0),
    "/en/agreements/?attention=overdue&order=next": (0, 0),
    "/en/agreements/?attention=incomplete&more=organization&more=group": (0, 0),
    "/en/agreements/?in_force_on={today}&signed_from={past}&order=-signed": (0, 0),
    "/en/agreements/?party={hub}&columns=groups&columns=questions&size=100": (0, 0),
    "/en/agreements/?q=nothing+like+it": (0, 0),
    "/en/agreements/export.csv?only={code}": (0, 0),
    "/en/agreements/export.xlsx?only={code}": (0, 0),
    "/en/agreements/export.json?only={code}": (0, 0),
    "/en/agreements/export.json?only={code}&expand=proof": (0, 0),
    "/en/agreements/export.pdf?only={code}": (0, 0),
    "/en/agreements/calendar.ics": (0, 0),
    "/en/agreements/calendar/{user}/{signature}.ics": (0, 0),
    "/en/agreements/changes.atom": (0, 0),
    "/en/agreements/quality/": (0, 0),
    "/en/agreements/{code}/": (0, 0),
    "/en/agreements/{code}/?in_force_on={past}": (0, 0),
    "/en/agreements/{code}/?known_on={today}": (0, 0),
    "/en/agreements/{code}/sheet.pdf": (0, 0),
    "/en/agreements/{code}/calendar.ics": (0, 0),
    "/en/agreements/{code}/versions/": (0, 0),
    "/en/sources/{source}/": (0, 0),
    "/en/organizations/": (0, 0),
    "/en/organizations/?order=agreements": (0, 0),
    "/en/organizations/{slug}/": (0, 0),
    "/en/organizations/{slug}/?scope=subtree": (0, 0),
    "/en/people/": (0, 0),
    "/en/people/{person}/": (0, 0),
    "/en/activities/": (0, 0),
    "/en/activities/?q=activity&status=held": (0, 0),
    "/en/activities/?look=month": (0, 0),
    "/en/activities/report/": (0, 0),
    "/en/activities/report/?commitment={commitment}": (0, 0),
    "/en/activities/{activity}/": (0, 0),
    "/en/activities/{activity}/edit/": (0, 0),
    "/en/evidence/{evidence}/": (0, 0),
    "/en/commitments/{commitment}/": (0, 0),
    "/en/commitments/{commitment}/word/": (0, 0),
    "/en/account/digest/": (0, 0),
    "/en/account/digest/stop/{user}/{stop}/": (0, 0),
    "/api/v1/": (0, 0),
    "/api/v1/agreements": (0, 0),
    "/api/v1/agreements?expand=proof&page_size=5": (0, 0),
    "/api/v1/agreements?q=children": (0, 0),
    "/api/v1/agreements/{agreement}": (0, 0),
    "/api/v1/agreements/{agreement}?expand=proof": (0, 0),
    "/api/v1/agreements/{agreement}?known_on={today}": (0, 0),
    "/api/v1/agreements/{agreement}/sources": (0, 0),
    "/api/v1/parties": (0, 0),
    "/api/v1/parties/{party}": (0, 0),
    "/api/v1/groups": (0, 0),
    "/api/v1/groups/{group}": (0, 0),
    "/api/v1/objectives": (0, 0),
    "/api/v1/objectives/{objective}": (0, 0),
    "/api/v1/commitments": (0, 0),
    "/api/v1/commitments?debtor={hub}": (0, 0),
    "/api/v1/commitments/{commitment}": (0, 0),
    "/api/v1/statements": (0, 0),
    "/api/v1/statements/{statement}": (0, 0),
    "/api/v1/advantages": (0, 0),
    "/api/v1/advantages/{advantage}": (0, 0),
    "/api/v1/open-questions": (0, 0),
    "/api/v1/open-questions/{question}": (0, 0),
    "/api/v1/events": (0, 0),
    "/api/v1/events/{event}": (0, 0),
    "/api/v1/links": (0, 0),
    "/api/v1/links/{link}": (0, 0),
    "/api/v1/programmes": (0, 0),
    "/api/v1/programmes/{programme}": (0, 0),
    "/api/v1/sources": (0, 0),
    "/api/v1/sources/{source}": (0, 0),
    "/api/v1/sources/{source}/citations": (0, 0),
    "/api/v1/citations": (0, 0),
    "/api/v1/citations/{citation}": (0, 0),
    "/api/v1/organizations": (0, 0),
    "/api/v1/organizations/{hub}": (0, 0),
    "/api/v1/people": (0, 0),
    "/api/v1/people/{person}": (0, 0),
    "/api/v1/activities": (0, 0),
    "/api/v1/activities/{activity}": (0, 0),
    "/api/v1/progress-views": (0, 0),
    "/api/v1/progress-views/{word}": (0, 0),
    "/api/v1/vocabularies": (0, 0),
    "/api/v1/vocabularies/{vocabulary}": (0, 0),
}
"""What is asked → the queries of an answer: for a reader without account, for an editor (with session and account)."""


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
            "user": self.editor.pk,
            "signature": private_addresses.address("calendar-private", self.editor)[
                : -len(".ics")
            ].rpartition("/")[2],
            "stop": private_addresses.address("digest-stop", self.editor).split("/")[-2],
            "vocabulary": "themes",
            "today": timezone.localdate(),
            "past": timezone.localdate() - timedelta(days=100),
        }
        trail.record("tests.filled", self.hub, by=BY)

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
                text_en=f"Do {number}",
                due=day(10 * number - 15) if number < 3 else DateClaim(),
            )
            for each in agreements
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

    def pair(self, index: int) -> tuple[Organization, Organization]:
        other = self.bodies[index % len(self.bodies)]
        return (self.bodies[(index + 1 + index % 50) % len(self.bodies)] if index % 2 else self.hub), other

    def tell(self, told: "Rows", agreement, index: int, parties: list, commitments: list) -> None:
        """Everything that can be told of an agreement, once."""
        a, _b = parties
        speaker = self.offices[index % len(self.offices)]
        text = f"A source of agreement {index}."
        source = told(Source(kind="press_article", language="en", text=text, title=f"Source {index}"))
        told(AgreementSource(agreement=agreement, source=source))
        group = told(NamedGroup(agreement=agreement, text_en="children"))
        told(AgreementTheme(agreement=agreement, theme=self.theme))
        told(Signatory(party=a, person=speaker.person, office=speaker))
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
        told(OpenQuestion(agreement=agreement, text_en="When?", about="signature"))
        self.newest = self.newest or agreement
        if self.newest != agreement:
            link = told(AgreementLink(agreement=agreement, kind="related", to=self.newest))
            self.known.setdefault("link", link.pk)
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
        if self.newest != agreement:
            return
        self.known |= {
            "code": agreement.code,
            "agreement": agreement.pk,
            "party": a.pk,
            "group": group.pk,
            "objective": objective.pk,
            "commitment": commitments[0].pk,
            "statement": statement.pk,
            "advantage": advantage.pk,
            "question": question.pk,
            "event": event.pk,
            "source": source.pk,
            "citation": citations[0].pk,
            "activity": activity.pk,
            "word": word.pk,
            "evidence": evidence[0].pk,
            "person": speaker.person_id,
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


class Costs:
    """How many queries each address of the table takes, for both readers; a refusal instead is said."""

    READERS = ("anybody", "editor")

    def __init__(self, registry: Registry):
        self.registry = registry
        self.clients = {each: Client(raise_request_exception=False) for each in self.READERS}
        self.clients["editor"].force_login(
            registry.editor, backend="django.contrib.auth.backends.ModelBackend"
        )

    def of_all(self) -> dict[tuple[str, str], int | str]:
        return {(row, reader): self.of(row, reader) for row in COSTS for reader in self.READERS}

    def of(self, row: str, reader: str) -> int | str:
        asked: list[str] = []

        def note(execute, sql, *rest):
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            response = self.clients[reader].get(row.format_map(self.registry.known))
            b"".join(response)
        return len(asked) if response.status_code in {200, 302} else f"answered {response.status_code}"


@pytest.fixture(scope="module")
def counted(django_db_setup, django_db_blocker) -> Iterator[list[dict[tuple[str, str], int | str]]]:
    """The costs with FEW agreements and with MANY: one fill for the whole file, taken back after it."""
    with django_db_blocker.unblock(), override_settings(PUBLIC_READING=True), transaction.atomic():
        registry = Registry()
        costs = Costs(registry)
        try:
            registry.grow(0, FEW)
            few = costs.of_all()
            json.dump([[*k,few[k]] for k in few], open('/tmp/w/h/proof_few.json','w'))
            open("/tmp/w/h/proof_t","a").write(f"few {time.time()-T}\n")
            # The statistics are young whenever the tables have grown tenfold, as autovacuum keeps them.
            for start, stop in pairwise((FEW, 500, MANY)):
                registry.grow(start, stop)
                with connection.cursor() as cursor:
                    cursor.execute("ANALYZE")
            open("/tmp/w/h/proof_t","a").write(f"filled {time.time()-T}\n")
            many = costs.of_all()
            open("/tmp/w/h/proof_t","a").write(f"many {time.time()-T}\n")
            json.dump([[*k,few[k],many[k]] for k in few], open("/tmp/w/h/proof_costs.json","w"))
        finally:
            default_storage.delete(registry.evidence)
            transaction.set_rollback(True)
    return [few, many]


def test_every_page_is_in_the_table():
    assert addresses.named(COSTS) == addresses.READ


@pytest.mark.parametrize("reader", Costs.READERS)
@pytest.mark.parametrize("row", COSTS)
def test_an_answer_costs_what_the_table_says_for_ten_agreements_and_for_ten_thousand(counted, row, reader):
    expected = COSTS[row][Costs.READERS.index(reader)]

    assert [costs[row, reader] for costs in counted] == [expected, expected]
