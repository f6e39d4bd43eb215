"""Lists of the API whose SQL is kept by what their filters say: the same as those that are put together anew."""

import gc
import random
import weakref
from datetime import date

import pytest
from django.http import QueryDict

from agreements.filters import AgreementFilter
from agreements.models import Agreement, AgreementKind, AgreementTheme, Theme
from agreements.queries import rendered
from lib import keyset
from lib.claims import Basis, DateClaim
from organizations.models import Anonymous
from organizations.services import merging
from tests.agreements.conftest import BY
from tests.factories import AgreementFactory, OrganizationFactory, UserFactory, record

pytestmark = pytest.mark.django_db

ON = date(2026, 3, 4)
ROLES = ("reader", "reader", "contributor", "contributor", "editor", "reviewer")


@pytest.fixture
def bodies() -> list:
    return OrganizationFactory.create_batch(5)


@pytest.fixture
def readers(bodies) -> list:
    """Several of one kind among them: what is kept for one of them is asked by the next."""
    acting = [UserFactory(role=role, organization=bodies[place % 5]) for place, role in enumerate(ROLES)]
    return [*acting, UserFactory(role="reader"), UserFactory(editor=True), Anonymous()]


@pytest.fixture
def registry(bodies, readers) -> None:
    """Sixty agreements of all sorts, in all states of the record."""
    dice = random.Random(8)  # noqa: S311  a draw that anybody may repeat
    kinds, themes = list(AgreementKind.objects.all()[:3]), list(Theme.objects.all()[:2])
    for _each in range(60):
        author = dice.choice(readers[: len(ROLES)])
        day = dice.choice((None, date(2012, 5, 18), date(2015, 1, 1)))
        row = AgreementFactory(
            kind=dice.choice(kinds),
            source_language=dice.choice(("en", "fr", "ar")),
            title_fr="Un accord",
            title_ar="اتفاقية",
            confidentiality=dice.choice(("public", "partners", "restricted")),
            **{dice.choice(("published", "published", "withdrawn", "in_review")): True},
            registered_by=author,
            registered_for=author.organization,
            parties=dice.sample(bodies, 2),
            signed=DateClaim("as written", day, day, dice.choice((Basis.STATED, Basis.DERIVED)), "why")
            if day
            else DateClaim(),
        )
        for theme in dice.sample(themes, dice.randrange(3)):
            link = AgreementTheme(agreement=row, theme=theme)
            link.save()
            record(link)


def draws(bodies) -> list[str]:
    """What may be asked, in some of its combinations."""
    dice = random.Random(9)  # noqa: S311  a draw that anybody may repeat
    kinds = list(AgreementKind.objects.values_list("code", flat=True)[:3])
    ways = [
        lambda: f"kind={dice.choice(kinds)}",
        lambda: f"kind={kinds[0]}&kind={kinds[1]}",
        lambda: f"source_language={dice.choice(('en', 'fr', 'ar'))}",
        lambda: f"theme={dice.choice(list(Theme.objects.values_list('code', flat=True)[:2]))}",
        lambda: f"party={dice.choice(bodies).pk}&party_scope={dice.choice(('self', 'subtree'))}",
        lambda: f"editorial_state={dice.choice(('published', 'in_review'))}",
        lambda: "programme=none",
        lambda: "signed=unknown",
        lambda: f"signed_from=2013&signed_match={dice.choice(('certain', 'possible', 'unknown'))}",
        lambda: "signed_to=2014",
    ]
    return ["&".join(way() for way in dice.sample(ways, dice.randrange(1, 4))) for _each in range(40)]


def understood(asked: str, actor) -> AgreementFilter:
    readable = Agreement.objects.visible_to(actor)
    filters = AgreementFilter(QueryDict(asked), queryset=readable, on=ON, actor=actor)
    assert filters.is_valid(), filters.errors
    return filters


def out_of_kept_sql(asked: str, actor, *, size: int = 7) -> list[tuple]:
    """The list from its first page to its last: number and what a date answers."""
    told, cursor = [], ""
    while cursor is not None:
        filters = understood(asked, actor)
        assert filters.settled is not None
        listed = rendered.Listed(filters.settled, filters.narrowed)
        place = keyset.place(Agreement, key="number", descending=True, size=size, cursor=cursor)
        page = place.page(rendered.page(place, listed, actor=actor, on=ON))
        told += [(each.number, getattr(each, "signed_answer", None)) for each in page.rows]
        cursor = page.next
    assert rendered.number(listed, None, actor=actor) == len(told)
    assert rendered.number(listed, 3, actor=actor) == min(3, len(told))
    return told


def put_together_anew(asked: str, actor) -> list[tuple]:
    return [
        (each.number, getattr(each, "signed_answer", None))
        for each in understood(asked, actor).qs.order_by("-number")
    ]


def test_tell_each_reader_what_a_list_that_is_put_together_anew_tells(registry, readers, bodies):
    found = 0
    for asked in draws(bodies):
        for reader in readers:
            told = out_of_kept_sql(asked, reader)
            assert told == put_together_anew(asked, reader), (asked, reader)
            found += len(told)
    assert found > 1000, "mostly nothing was found: this proves little"


def test_follow_a_body_to_what_it_was_merged_into(registry, bodies):
    editor = UserFactory(editor=True)
    one, other = bodies[0], OrganizationFactory()
    asked = f"party={one.pk}"
    before = out_of_kept_sql(asked, editor)

    merging.merge(one, into=other, reason="the same body", by=UserFactory(administrator=True))

    assert out_of_kept_sql(asked, editor) == put_together_anew(asked, editor) == before


@pytest.mark.parametrize(
    "asked",
    [
        "q=agreement",
        "attention=overdue",
        "state=in_force",
        "followed=true",
        "only=MQ-0001",
        "place=Rabat",
        "has=links",
        "lacks=signed",
        "updated_since=2020-01-01",
        "created_since=2020-01-01",
        "linked_to=01525cfc-8b8c-7002-8000-00000001387f",
    ],
)
def test_are_put_together_anew_where_more_decides_than_what_was_asked(db, asked):
    assert understood(asked, Anonymous()).settled is None
    assert understood("kind=cooperation_agreement", Anonymous()).settled is not None
    assert understood(f"kind=cooperation_agreement&{asked}", Anonymous()).settled is None


def test_keep_nothing_of_whoever_asked_first(db):
    filters = understood("kind=cooperation_agreement&signed_from=2012", UserFactory())
    listed = rendered.Listed(filters.settled, filters.narrowed)
    place = keyset.place(Agreement, key="number", descending=True, size=7, cursor="")
    for _each in range(2):
        rendered.page(place, listed, actor=BY, on=ON)
        rendered.number(listed, None, actor=BY)
    asked = weakref.ref(filters)

    del filters, listed
    gc.collect()

    assert asked() is None


def test_with_another_day_or_certainty_are_others(db):
    told = {
        understood(asked, BY).settled
        for asked in (
            "signed_from=2012",
            "signed_from=2013",
            "signed_to=2013",
            "signed_from=2012&signed_match=certain",
            "effective_from=2012",
            "signed=unknown",
            "kind=cooperation_agreement",
            "kind=cooperation_agreement&signed_from=2012",
        )
    }
    assert len(told) == 8
