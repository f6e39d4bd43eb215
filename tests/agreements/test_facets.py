"""Facets against counting by hand, and exports against lists.

Of 400 agreements 20 combinations are tried; in the drill 200 combinations of 2,000.
"""

import csv
import io
import random
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.http import QueryDict

import lib.facets
from agreements.filters import AgreementFilter, facets
from agreements.models import (
    Agreement,
    AgreementKind,
    AgreementTheme,
    Commitment,
    CommitmentDebtor,
    CommitmentKind,
    NamedGroup,
    OpenQuestion,
    Party,
    Programme,
    TargetGroup,
    Theme,
)
from agreements.models.lifecycle import with_legal_state
from agreements.queries import attention, quality
from audit import trail
from lib import keyset
from lib.claims import Basis, DateClaim
from organizations.models import Organization
from tests.agreements.conftest import BY
from tests.factories import OrganizationFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("long")]

ON = date(2026, 11, 22)
COMBINATIONS = {400: 20, 2000: 200}
"""How many agreements there are → how many combinations are tried."""
PLACES = ["Rabat", "RABAT", "Salé", "Sale", "الرباط", "Fès", ""]
WORDS = ["zebra", "quince", "ostrich"]


def plain(place: str) -> str:
    """A place as a search compares it, by Python's own means."""
    apart = unicodedata.normalize("NFKD", place.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))


def claim(dice: random.Random) -> DateClaim:
    """A date as sources give them: exact, a month, a year, a span, open at one end, in words, not at all."""
    year = dice.randrange(2008, 2028)
    first = date(year, dice.randrange(1, 13), dice.randrange(1, 28))
    match dice.randrange(9):
        case 0 | 1 | 2:
            return DateClaim("the day", first, first, Basis.STATED)
        case 3:
            return DateClaim("the year", date(year, 1, 1), date(year, 12, 31), Basis.STATED)
        case 4:
            return DateClaim("these years", first, first + timedelta(days=700), Basis.STATED)
        case 5:
            return DateClaim("before", None, first, Basis.STATED)
        case 6:
            return DateClaim("after", first, None, Basis.DERIVED, "a letter")
        case 7:
            return DateClaim("yesterday", basis=Basis.RELATIVE)
    return DateClaim()


@pytest.fixture(scope="module", params=[400, pytest.param(2000, marks=pytest.mark.drill)])
def registry(request, django_db_setup, django_db_blocker):
    """Filled once for this file, and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield fill(random.Random(2012), request.param)  # noqa: S311  a draw that anybody may repeat
        transaction.set_rollback(True)


def fill(dice: random.Random, many: int) -> list["Known"]:
    bodies = [OrganizationFactory(name_en=f"Body {number}") for number in range(12)]
    bodies += [
        OrganizationFactory(name_en=f"Unit {number}", parent=dice.choice(bodies[:6]), relation="part_of")
        for number in range(12)
    ]
    bodies += [OrganizationFactory(name_en="Team", parent=bodies[14], relation="operated_by")]
    programmes = Programme.objects.bulk_create(
        Programme(slug=f"plan-{number}", source_language="en", name_en=f"Plan {number}")
        for number in range(3)
    )
    kinds, themes, groups, duties = (
        list(model.objects.order_by("position"))
        for model in (AgreementKind, Theme, TargetGroup, CommitmentKind)
    )
    reviewer, author = UserFactory(), UserFactory()
    agreements, parties, theme_links, named, commitments, debtors, questions = ([] for _ in range(7))
    for number in range(1, many + 1):
        row = Agreement(
            number=number,
            source_language=dice.choice(["en", "fr", "ar"]),
            title_en=f"Agreement {number} {dice.choice(WORDS)}",
            kind=dice.choice(kinds),
            programme=dice.choice([None, *programmes]),
            place_of_signature=dice.choice(PLACES),
            signed=claim(dice),
            effective=claim(dice),
            ends=claim(dice),
            registered_by=author,
        )
        if number % 25:
            row.editorial_state, row.reviewed_by = "published", reviewer
        agreements.append(row)
        own = [
            Party(agreement=row, organization=each, position=position)
            for position, each in enumerate(dice.sample(bodies, dice.choice([2, 2, 3])), start=1)
        ]
        parties += own
        theme_links += [
            AgreementTheme(agreement=row, theme=each) for each in dice.sample(themes, dice.randrange(3))
        ]
        named += [
            NamedGroup(
                agreement=row, text_en="they", concept=dice.choice([None, *groups]), place=dice.choice(PLACES)
            )
            for _ in range(dice.randrange(3))
        ]
        for position in range(1, dice.randrange(1, 4)):
            duty = Commitment(
                agreement=row,
                number=position,
                kind=dice.choice(duties),
                text_en="Do",
                place=dice.choice(PLACES),
                due=claim(dice),
            )
            commitments.append(duty)
            debtors.append(CommitmentDebtor(commitment=duty, party=dice.choice(own)))
        if dice.randrange(5) == 0:
            questions.append(OpenQuestion(agreement=row, text_en="Whose?"))
    for rows in (agreements, parties, theme_links, named, commitments, debtors, questions):
        type(rows[0]).objects.bulk_create(rows)
    trail.record("tests.filled", agreements[0], by=BY)
    connection.check_constraints()  # now, once, and not after every test
    return known()


@dataclass
class Known:
    """One agreement with its values of every facet, gathered by hand."""

    code: str
    title: str
    signed: DateClaim
    values: dict[str, set[str]] = field(default_factory=dict)
    above: set[str] = field(default_factory=set)


def known() -> list[Known]:
    """What each agreement has. What a state or a need is, is proved elsewhere; here they are counted."""
    rows = with_legal_state(quality.with_lacks(Agreement.objects.all()), on=ON).prefetch_related(
        "parties", "theme_links", "groups", "commitments", "questions"
    )
    parents = dict(Organization.objects.values_list("pk", "parent"))
    needs = {
        each: set(
            Agreement.objects.filter(attention.needing(each, actor=BY, on=ON)).values_list("pk", flat=True)
        )
        for each in attention.Attention
    }

    def line(key) -> set[str]:
        found = set()
        while key is not None:
            found.add(str(key))
            key = parents[key]
        return found

    return [
        Known(
            row.code,
            row.title_en,
            row.signed,
            {
                "attention": {str(each) for each, keys in needs.items() if row.pk in keys},
                "state": {str(row.legal_state)},
                "kind": {row.kind_id},
                "party": {str(each.organization_id) for each in row.parties.all()},
                "group": {each.concept_id for each in row.groups.all()} - {None},
                "theme": {each.theme_id for each in row.theme_links.all()},
                "programme": {str(row.programme_id) if row.programme_id else "none"},
                "place": {
                    plain(each)
                    for each in (
                        row.place_of_signature,
                        *(part.place for part in row.groups.all()),
                        *(part.place for part in row.commitments.all()),
                    )
                    if each
                },
                "commitment_kind": {each.kind_id for each in row.commitments.all()},
                "lacks": set(row.lacks),
                "open_question": {"true" if row.questions.all() else "false"},
                "source_language": {row.source_language},
                "editorial_state": {row.editorial_state},
            },
            set().union(*(line(each.organization_id) for each in row.parties.all())),
        )
        for row in rows.order_by("-number")
    ]


def answers(claimed: DateClaim, first: date, last: date) -> str | None:
    """What a date answers to the days from `first` to `last`, both included."""
    if not claimed.is_known:
        return None if claimed.basis == Basis.NONE else "unknown"
    low, high = claimed.earliest or date.min, claimed.latest or date.max
    if first <= low and high <= last and claimed.basis == Basis.STATED:
        return "certain"
    return "possible" if low <= last and first <= high else None


def failed(row: Known, asked: QueryDict) -> set[str]:
    """The filters that the agreement does not answer to."""
    misses = set()
    for name, values in asked.lists():
        if name in ("party_scope", "signed_from", "signed_to", "signed_match"):
            continue
        if name == "q":
            found = values[0] in row.title
        elif name == "place":
            found = bool(row.values["place"] & {plain(each) for each in values})
        elif name == "party" and asked.get("party_scope") == "subtree":
            found = bool(row.above & set(values))
        else:
            found = bool(row.values[name] & set(values))
        if not found:
            misses.add(name)
    if "signed_from" in asked:
        year = int(asked["signed_from"])
        taken = {"certain": {"certain"}, "possible": {"certain", "possible"}, "unknown": {"unknown"}}
        wished = set().union(*(taken[each] for each in asked.getlist("signed_match") or ["possible"]))
        if answers(row.signed, date(year, 1, 1), date(year, 12, 31)) not in wished:
            misses.add("signed")
    return misses


def narrowed(rows: list[Known], asked: QueryDict) -> Callable[..., list[Known]]:
    """What all filters leave, or all but one: `narrowed(rows, asked)(but="kind")`."""
    misses = [(row, failed(row, asked)) for row in rows]
    return lambda but="": [row for row, each in misses if each <= {but}]


def combination(dice: random.Random, rows: list[Known]) -> QueryDict:
    """Some filters with some values, drawn from an agreement so that most combinations leave something, not much."""
    asked = QueryDict(mutable=True)
    one, other = dice.choice(rows), dice.choice(rows)
    for name in dice.sample(list(one.values), dice.choice([0, 1, 2, 2, 2, 3, 3, 4, 5])):
        values = sorted(one.values[name]) or sorted(other.values[name])
        if name == "place":
            values = [each for each in PLACES if plain(each) in values]
        if values:
            asked.setlist(name, list(dict.fromkeys(dice.choices(values, k=dice.choice([1, 1, 2])))))
    if dice.randrange(3) == 0:
        asked["party_scope"] = "subtree"
    if dice.randrange(3) == 0:
        asked["signed_from"] = asked["signed_to"] = str(dice.randrange(2008, 2028))
        asked.setlist("signed_match", dice.sample(["certain", "possible", "unknown"], dice.randrange(4)))
    if dice.randrange(20) == 0:
        asked["q"] = dice.choice(WORDS)
    return asked


def combinations(rows: list[Known], count: int) -> list[QueryDict]:
    dice = random.Random(7)  # noqa: S311  a draw that anybody may repeat
    return [combination(dice, rows) for _ in range(count)]


def filtered(asked: QueryDict) -> AgreementFilter:
    filters = AgreementFilter(asked, queryset=Agreement.objects.visible_to(BY), on=ON, actor=BY)
    assert filters.is_valid(), filters.form.errors
    return filters


def test_every_facet_counts_what_counting_by_hand_finds(registry):
    wrong = []
    for asked in combinations(registry, COMBINATIONS[len(registry)]):
        filters = filtered(asked)
        left_by = narrowed(registry, asked)
        numbers = {Agreement(number=each).code for each in filters.qs.values_list("number", flat=True)}
        assert numbers == {row.code for row in left_by()}, asked.urlencode()
        for facet in facets.told(filters, whole=frozenset(filters.form.fields)).facets:
            left = left_by(but=facet.name)
            scope = facet.name == "party" and asked.get("party_scope") == "subtree"
            by_hand = Counter(
                each for row in left for each in (row.above if scope else row.values[facet.name])
            )
            for option in facet.options:
                key = plain(option.value) if facet.name == "place" else option.value
                if by_hand.pop(key, 0) != option.number:
                    wrong.append((asked.urlencode(), facet.name, str(option.label), option.number))
            if rest := +by_hand:
                wrong.append((asked.urlencode(), facet.name, "not offered", rest))
    assert wrong == []


def test_a_chosen_party_is_offered_however_rare_and_no_other_counts_less_for_it(registry, monkeypatch):
    team = Organization.objects.get(name_en="Team")

    def parties() -> dict[str, int]:
        filters = filtered(QueryDict(f"party={team.pk}&party_scope=subtree"))
        found = {each.name: each for each in facets.told(filters, whole=frozenset({"party"})).facets}
        return {each.value: each.number for each in found["party"].options}

    everybody = parties()
    monkeypatch.setattr(lib.facets, "MOST", 3)
    few = parties()

    assert len(few) == 4
    assert few.items() <= everybody.items()
    assert str(team.pk) in few


def test_a_date_counts_its_three_answers_and_the_years_it_may_lie_in(registry):
    for asked in combinations(registry, 60):
        days = facets.told(filtered(asked)).days
        left = narrowed(registry, asked)(but="signed")
        if "signed_from" in asked:
            year = int(asked["signed_from"])
            told = Counter(answers(row.signed, date(year, 1, 1), date(year, 12, 31)) for row in left)
            expected = [told["certain"], told["certain"] + told["possible"], told["unknown"]]
            assert [each.number for each in days.answers] == expected
        assert days.unknown.number == sum(
            answers(row.signed, date.min, date.max) == "unknown" for row in left
        )
        for each in days.years:
            first, last = date(int(each.value), 1, 1), date(int(each.value), 12, 31)
            expected = sum(answers(row.signed, first, last) in ("certain", "possible") for row in left)
            assert each.number == expected, each


def test_facets_cost_the_same_whatever_is_asked_and_however_much_there_is(
    registry, django_assert_max_num_queries
):
    for asked in (QueryDict(""), *combinations(registry, 5)):
        filters = filtered(asked)
        with django_assert_max_num_queries(26):
            facets.told(filters)


def codes_of_the_list(asked: QueryDict) -> list[str]:
    """The list from its first page to its last, in the order it stands in."""
    filters = filtered(asked)
    codes: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = keyset.page(
            filters.qs,
            key="number",
            descending=True,
            size=100,
            cursor=cursor,
        )
        codes += [each.code for each in page.rows]
        cursor = page.next
    return codes


def short(rows: list[Known], count: int, *, most: int) -> list[QueryDict]:
    """So many combinations that leave something, and no more than `most`."""
    dice, found = random.Random(11), []  # noqa: S311  a draw that anybody may repeat
    while len(found) < count:
        asked = combination(dice, rows)
        # What needs attention, and the state, are other things on another day.
        asked.pop("attention", None)
        asked.pop("state", None)
        if 1 <= len(narrowed(rows, asked)()) <= most:
            found.append(asked)
    return found


def test_the_export_of_each_combination_has_exactly_the_rows_of_its_list(registry, client):
    client.force_login(UserFactory(role="editor"))
    count = COMBINATIONS[len(registry)]
    for asked in [QueryDict("kind=framework_agreement"), *short(registry, count, most=20)]:
        answer = client.get(f"/en/agreements/export.csv?{asked.urlencode()}")
        assert answer.status_code == 200, asked.urlencode()
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        codes = [row["code"] for row in csv.DictReader(io.StringIO(text))]

        assert codes == codes_of_the_list(asked), asked.urlencode()
