"""Lists of activities stand as they always did: undated last, ties by key, each once, however deep and either way."""

from datetime import date

import pytest
from django.db import connection

from activities.api import Activities
from activities.models import Activity
from activities.queries import browsing
from lib.claims import Basis, DateClaim
from tests.activities.conftest import signed_in
from tests.factories import ActivityFactory, FulfilmentFactory, UserFactory, on

pytestmark = pytest.mark.django_db

DAYS = [
    *[on(2024, 5, 18)] * 3,
    on(2020, 1, 1),
    DateClaim("in May", date(2024, 5, 1), date(2024, 5, 31), Basis.STATED),
    DateClaim("since June", date(2023, 6, 1), None, Basis.STATED),
    DateClaim("by 2022", None, date(2022, 12, 31), Basis.STATED),
    *[DateClaim()] * 3,
]
TITLES = ["Été", "ete", "Zoo", "أمل", "zoo", "ETE", "b", "", "", "a"]


@pytest.fixture
def activities(commitment) -> list[Activity]:
    """Of every sort of date, some of one title; the second to last have French titles alone."""
    made = []
    for held, title in zip(DAYS, TITLES, strict=True):
        names = {"title_en": title} if title else {"title_en": "", "title_fr": "Façade"}
        made.append(ActivityFactory(held=held, **names))
        FulfilmentFactory(activity=made[-1], commitment=commitment)
    return made


def told(title: str) -> str:
    """The title as these tests fold it."""
    return title.lower().replace("é", "e").replace("أ", "ا").replace("ç", "c")


def by_day(rows: list[Activity], *, falling: bool) -> list[str]:
    """The keys of `rows` as lists stand by the first day, or the last where there is no first."""
    days = {each: each.held.earliest or each.held.latest for each in rows}
    dated = sorted((each for each in rows if days[each]), key=lambda each: each.pk)
    dated.sort(key=lambda each: days[each], reverse=falling)
    return keys(dated + sorted((each for each in rows if not days[each]), key=lambda each: each.pk))


def by_title(rows: list[Activity], *, falling: bool) -> list[str]:
    ordered = sorted(rows, key=lambda each: each.pk)
    return keys(sorted(ordered, key=lambda each: told(each.title), reverse=falling))


def keys(rows: list[Activity]) -> list[str]:
    return [str(each.pk) for each in rows]


@pytest.mark.parametrize("order", ["held", "-held", "title", "-title"])
def test_a_list_stands_in_its_order_there_and_back(activities, order):
    client, there, back = signed_in(UserFactory()), [], []
    address = f"/api/v1/activities?order={order}&page_size=3"
    while address:
        page = client.get(address).json()
        there += [each["id"] for each in page["results"]]
        last, address = page, page["next"]
    while last:
        back = [each["id"] for each in last["results"]] + back
        last = client.get(last["previous"]).json() if last["previous"] else None

    expected = (by_day if order.endswith("held") else by_title)(activities, falling=order.startswith("-"))
    assert there == expected
    assert back == there


def test_the_page_stands_latest_first(activities):
    """By the last day, or the first where there is no last; ties and the undated by key, the newest first."""
    days = {each: each.held.latest or each.held.earliest or date.min for each in activities}
    page = browsing.listed(Activity.objects.all()).order_by("-held_day", "-pk")

    assert list(page) == sorted(activities, key=lambda each: (days[each], each.pk), reverse=True)


def ordered(name: str):
    view = Activities()
    order = view.orders[name]
    return view.in_order(Activity.objects.all(), name).order_by(
        f"{'-' * order.descending}{order.value}", "pk"
    )


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda: ordered("held"), "activity_held_first"),
        (lambda: ordered("-held"), "activity_held_last"),
        (lambda: ordered("title"), "activity_by_title_en"),
        (lambda: ordered("-title"), "activity_by_title_en"),
        (
            lambda: browsing.listed(Activity.objects.all()).order_by("-held_day", "-pk"),
            "activity_latest_first",
        ),
    ],
    ids=["held", "-held", "title", "-title", "page"],
)
def test_an_index_gives_the_order(activities, rows, index):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows().explain()

    assert index in plan
    assert ("Sort" in plan) is ("Incremental Sort" in plan)
