"""A list reads as much of ten thousand agreements as of ten: the plans of all that is really asked.

Every list of the API in each of its orders and by each of its filters, the feed, the search, and the pages that list
something. Each is asked of registries of two sizes, and PostgreSQL explains every statement of the answer, with what
it read. What reads more the more there is stands in GROWS with its reason: the table is to shrink, and a row of it
that reads no more than it should fails too.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import django_filters
import pytest
from django.db import connection
from django.test import Client, TransactionTestCase, override_settings

from agreements.queries import listing
from organizations.models import User
from tests import addresses
from tests.agreements.growing import CAPPED, EITHER_WAY, GROWS
from tools.lifelike import phrases
from tools.lifelike.load import fill
from tools.lifelike.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("plans")]

FEW, MANY = 2_000, 10_000
BIG = 1_000
"""Rows of a table that is not read from end to end."""
BOUND = 1_500
"""Rows that any node of a plan may read for a page of fifty: thirty for each."""
MORE = 6
"""Queries by which a page may differ from another: each kind of fact that one has and the other has not."""
CAP = 7_000
"""The same where something is counted, ranked or told apart up to two thousand agreements."""

READERS = ("reader", "contributor")
"""Who asks: a reader of no organization, and somebody of the one that is in more agreements than any other."""
HIDDEN = {
    "administrator": ("identity/", "drafts/", "exchange/", "notifications/", "/jobs", "webhook", "systems/")
}

VALUES = {
    **dict.fromkeys(("agreement", "linked_to", "to"), "{agreement}"),
    **dict.fromkeys(
        ("organization", "debtor", "beneficiary", "of_organization", "parent", "ancestor"), "{body}"
    ),
    **dict.fromkeys(("person", "speaker"), "{person}"),
    "commitment": "{commitment}",
    "country": "MA",
    "group": "children",
    "identifier": "archive:AR-000007",
    "only": "MQ-0007",
    "party": "{body}",
    "place": "{place}",
    "programme": "{programme}",
    "q": "formation",
    "slug": "body-3",
    "source": "{source}",
    "/api/v1/signatories?party": "{party}",
    "/api/v1/statements?speaker": "",  # nobody in these registries holds an office
}
"""What a filter is asked for, where its kind does not say; of one list, or of all."""

MEANT = ("_match", "party_scope", "link_kind", "order")
"""How other parameters are meant: nothing is asked by them alone."""

GROWING = frozenset(each for asked in GROWS.values() for each in asked)
"""Addresses that are known to grow."""

FEEDS = (
    "/api/v1/agreements?count=exact",
    "/api/v1/agreements?kind=partnership_agreement&source_language=fr&signed_from=2012-01-01",
    "/api/v1/agreements?party={body}&party_scope=subtree",
    "/api/v1/agreements?updated_since=2020-01-01&order=number",
    "/api/v1/changes",
    "/api/v1/search?q=protocole",
    "/api/v1/search?q=protocole&type=agreement",
    "/api/v1/search?q=protocole&type=organization",
)
PAGES = (
    "/en/",
    "/en/agreements/",
    *(f"/en/agreements/?{each}" for each in (
        "q=protocole", "kind=partnership_agreement", "party={body}", "party={body}&party_scope=subtree",
        "state=in_force", "attention=overdue", "attention=incomplete", "theme=education", "place={place}",
        "signed_from=2018-01-01", "in_force_on=2018-01-01", "has=programme", "open_question=true",
        "source_language=fr",
    )),
    "/en/agreements/{code}/",
    "/en/agreements/quality/",
    "/en/agreements/changes.atom",
    "/en/agreements/calendar.ics",
    "/en/search/suggestions?q=for",
    *(f"/en/organizations/{each}" for each in ("", "?order=agreements", "?q=association", "body-0/")),
    *(f"/en/people/{each}" for each in ("", "?q=a")),
    *(f"/en/activities/{each}" for each in ("", "?q=formation", "?look=month", "?status=held")),
    *(f"/en/identity/duplicates/{each}" for each in ("", "?kind=person", "?kind=agreement")),
    *(f"/en/{each}/" for each in ("notifications", "drafts", "exchange", "webhooks", "systems")),
)  # fmt: skip


# What is asked.


def lists() -> Iterator[tuple[str, type]]:
    """The address of every list of the API that is below no record, and its view."""
    for path, each in addresses.OURS:
        view = getattr(each.callback, "cls", None)
        if each.name.endswith("-list") and hasattr(view, "orders") and "(?P" not in path:
            yield "/" + path.replace("^", "").removesuffix("/?$"), view


def values(path: str, name: str, asked: django_filters.Filter) -> Iterable[str]:
    """What to ask a filter for: all choices where there are some, else one value."""
    told = VALUES.get(f"{path}?{name}", VALUES.get(name))
    if told is not None:
        return [told] if told else []
    if name.endswith(("_from", "_to", "_since")):
        return ["2018-05-01"]
    if isinstance(asked, django_filters.BooleanFilter):
        return ["true"]
    if isinstance(asked, django_filters.ModelMultipleChoiceFilter | django_filters.ModelChoiceFilter):
        return [str(asked.queryset.values_list("pk", flat=True).first())]
    if isinstance(asked, django_filters.MultipleChoiceFilter | django_filters.ChoiceFilter):
        choices = asked.extra["choices"]
        choices = getattr(choices, "choices", choices)
        return [str(code) for code, _label in (choices() if callable(choices) else choices)]
    raise AssertionError(f"{path}?{name}: say in VALUES what it is asked for")


def main() -> Iterator[str]:
    """Every list of the API in every order, the feed, the search, and the pages that are asked for most."""
    for path, view in lists():
        for order in view.orders:
            yield f"{path}?order={order}" + ("&q=formation" if order == "relevance" else "")
    yield from FEEDS
    yield from ("/en/agreements/", "/en/agreements/{code}/", "/en/organizations/", "/en/activities/")


def every() -> Iterator[str]:
    """All addresses, with names in braces where the registry decides."""
    yield from main()
    for path, view in lists():
        filters = view.filterset_class.base_filters if view.filterset_class else {}
        for name, asked in filters.items():
            if not name.endswith(MEANT):
                yield from (f"{path}?{name}={each}" for each in values(path, name, asked))
    yield from PAGES
    for order in listing.ORDERS:
        yield f"/en/agreements/?order={order}" + ("&q=formation" if order == "relevance" else "")


def known(world: World) -> dict[str, str]:
    """What the names in braces stand for. The first body is in more agreements than any other."""
    number = next(
        each
        for each in range(world.size // 2, world.size)
        for table, row in world.agreements([each])
        if table == "agreements_agreement" and "published" in row and "public" in row
    )
    record = world.before + number - 1
    return {
        "agreement": world.agreement(number),
        "body": world.body(0),
        "code": f"MQ-{number:04d}",
        "commitment": world.key("agreements_commitment", record, 1),
        "party": world.key("agreements_party", record, 1),
        "person": world.person(0),
        "place": quote(phrases.PLACES[0]),
        "programme": world.programme(0),
        "source": world.key("agreements_source", record),
    }


# What an answer cost.


@dataclass
class Answer:
    """How an address was answered: with how many queries, and by which plans."""

    address: str
    status: int = 0
    queries: int = 0
    faults: list[str] = field(default_factory=list)
    """Sequential scans of a big table, sorts on disk, statements without a plan."""
    most: int = 0
    """The most rows that a node of any plan read."""
    where: str = ""
    """Which node that was."""

    @property
    def wrong(self) -> list[str]:
        """What speaks against the plans."""
        allowed = CAP if self.address in CAPPED else BOUND
        much = [f"{self.where} reads {self.most} rows"] if self.most > allowed else []
        return [*self.faults, *much]

    def note(self, node: dict, sizes: dict[str, int]) -> None:
        """Add what is wrong with a node of a plan, and with those below it."""
        kind, table = node["Node Type"], node.get("Relation Name", node.get("Index Name", ""))
        thrown = sum(
            node.get(f"Rows Removed by {each}", 0) for each in ("Filter", "Index Recheck", "Join Filter")
        )
        read = round((node["Actual Rows"] + thrown) * node["Actual Loops"])
        if kind == "Seq Scan" and sizes.get(table, 0) > BIG and node["Actual Loops"]:
            self.faults.append(f"{kind} of {table}")
        if node.get("Sort Space Type") == "Disk" or node.get("Disk Usage"):
            self.faults.append(f"{kind} on disk")
        if read > self.most:
            self.most, self.where = read, f"{kind} {table}".strip()
        for below in node.get("Plans", ()):
            self.note(below, sizes)


Answers = dict[tuple[str, str], Answer]
"""By who asks and what."""


class Asking:
    """Asks addresses of a registry that is there, and has what it asked explained."""

    def __init__(self, world: World):
        self.known = known(world)
        User.objects.filter(role="contributor").update(organization=self.known["body"])
        self.clients = {role: self._client(role) for role in (*READERS, "administrator")}
        self.explained: dict[str, dict] = {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'")
            self.sizes = dict(cursor.fetchall())

    @staticmethod
    def _client(role: str) -> Client:
        client = Client(headers={"Accept-Language": "en"})
        backend = "django.contrib.auth.backends.ModelBackend"
        client.force_login(User.objects.get(role=role), backend=backend)
        return client

    def answers(self, asked: Iterable[str]) -> Answers:
        told = {}
        for address in asked:
            inner = any(each in address for each in HIDDEN["administrator"])
            told |= {
                (by, address): self.answer(by, address) for by in (("administrator",) if inner else READERS)
            }
        return told

    def answer(self, by: str, address: str) -> Answer:
        client, path = self.clients[by], address.format_map(self.known)
        if "/agreements" in path:
            b"".join(client.get(path))  # the first reader keeps texts for the others
        noted: list[tuple[str, tuple]] = []

        def note(execute: Callable, sql: str, params, *rest):
            noted.append((sql, params))
            return execute(sql, params, *rest)

        with connection.execute_wrapper(note):
            response = client.get(path)
            b"".join(response)
        answer = Answer(address, response.status_code, len(noted))
        for sql, params in noted:
            if sql.lstrip("( \n").upper().startswith(("SELECT", "WITH", "EXECUTE")):
                answer.note(self.plan(sql, params), self.sizes)
        return answer

    def plan(self, sql: str, params) -> dict:
        """The plan of a statement as it was carried out, which it is again for that."""
        key = sql + repr(params)
        if key not in self.explained:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
                told = cursor.fetchone()[0]
            self.explained[key] = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
        return self.explained[key]


def asked_of(size: int, asked: Iterable[str], *, by_index: bool = False) -> Answers:
    """The answers of a registry of this size, which is there only meanwhile.

    With `by_index` PostgreSQL reads from end to end, a table or one side of a join, only what no index serves: of few
    rows it would do so anyway.
    """
    world = World(size, light=True)
    fill(world, say=lambda line: None)
    try:
        with override_settings(PUBLIC_READING=True), connection.cursor() as cursor:
            # As on a machine of today, where what is read lies in memory or on something as quick.
            cursor.execute("SET random_page_cost = 1.1")
            for each in ("seqscan", "hashjoin", "mergejoin"):
                cursor.execute(f"SET enable_{each} = {'off' if by_index else 'on'}")
            return Asking(world).answers(dict.fromkeys(asked))
    finally:
        TransactionTestCase._fixture_teardown(None)
        connection.close()


@pytest.fixture(scope="module")
def some(django_db_setup, django_db_blocker) -> Answers:
    with django_db_blocker.unblock():
        return asked_of(FEW, main(), by_index=True)


@pytest.fixture(scope="module")
def few(django_db_setup, django_db_blocker) -> Answers:
    with django_db_blocker.unblock():
        return asked_of(FEW, every())


@pytest.fixture(scope="module")
def many(django_db_setup, django_db_blocker) -> Answers:
    with django_db_blocker.unblock():
        return asked_of(MANY, every())


class TestEveryList:
    def test_is_answered(self, some):
        assert {asked: each.status for asked, each in some.items() if each.status != 200} == {}

    def test_of_two_thousand_reads_no_more_than_its_page_or_is_known_to_grow(self, some):
        assert not wrong(some), "\n".join(wrong(some))


@pytest.mark.drill
class TestEveryListOfTenThousand:
    def test_is_answered(self, many):
        assert {asked: each.status for asked, each in many.items() if each.status != 200} == {}

    def test_is_asked_with_as_many_queries(self, few, many):
        more = {
            asked: (few[asked].queries, each.queries)
            for asked, each in many.items()
            if each.queries > few[asked].queries + MORE
        }

        assert more == {}

    def test_reads_no_more_than_its_page_or_is_known_to_grow(self, many):
        assert not wrong(many), "\n".join(wrong(many))

    def test_that_reads_no_more_than_its_page_is_not_known_to_grow(self, many):
        assert {address for _by, address in many} >= GROWING | CAPPED
        calm = [
            f"{address}, for the {by}"
            for (by, address), each in many.items()
            if address in GROWING and not each.wrong and (by, address) not in EITHER_WAY
        ]
        assert not calm, "\n".join(calm)


def wrong(answers: Answers) -> list[str]:
    """What speaks against the answers that nobody knows to grow."""
    return [
        f"{address}, for the {by}: {'; '.join(each.wrong)}"
        for (by, address), each in answers.items()
        if each.wrong and address not in GROWING
    ]
