"""Merging two records that are one: every link moves, and moves back."""

import random

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import transaction

from agreements.models import Agreement, FollowUp, LastChange, Party, Signatory
from audit.models import AuditEvent, Recorded
from lib import search
from lib.problems import Refused
from organizations import queries, services
from organizations.models import (
    Alias,
    ApiToken,
    Descent,
    DistinctPair,
    DistinctPeople,
    ExternalIdentifier,
    Merge,
    Office,
    Organization,
    Person,
    ProfileClaim,
    User,
)
from organizations.queries.merging import examine, links
from tests.factories import (
    TESTS,
    ActivityFactory,
    AgreementFactory,
    AliasFactory,
    ApiTokenFactory,
    CitationFactory,
    NamedGroupFactory,
    OfficeFactory,
    OrganizationFactory,
    PartyFactory,
    PersonFactory,
    StatementFactory,
    UserFactory,
    record,
)

pytestmark = pytest.mark.django_db

ROOMS = ("organizations", "agreements", "activities", "exchange")
TOLD_ELSEWHERE = {Merge, LastChange}
"""The history of merges stays, as the trail does, and what is drawn from the trail."""


def kept(row):
    with transaction.atomic():
        row.save(force_insert=True)
        record(row)
    return row


def registry() -> dict[str, list[tuple]]:
    """Every row of every table, but for versions, which count on, and the keys of what triggers draw anew."""
    found = {}
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            if model in TOLD_ELSEWHERE:
                continue
            drawn = model is Descent or issubclass(model, search.Entry)
            left_out = {"version"} | ({"id", "vector"} if drawn else set())
            columns = [each.attname for each in model._meta.concrete_fields if each.attname not in left_out]
            found[model._meta.label] = sorted(model._base_manager.values_list(*columns), key=repr)
    return found


def pointing_at(row) -> set[str]:
    """Every column of every table that points at `row`, whether a merge knows of it or not."""
    stays = {Merge, Descent, DistinctPair, DistinctPeople}
    return {
        f"{each.related_model._meta.label_lower}.{each.field.name}"
        for each in type(row)._meta.related_objects
        if each.one_to_many
        and each.related_model not in stays
        and not issubclass(each.related_model, search.Entry)
        and each.related_model._base_manager.filter(**{each.field.name: row}).exists()
    }


class World:
    """Two records that will be merged, and others; `fill` ties links of every kind to any of them."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)  # noqa: S311 – the same examples in every run
        self.bodies = [
            OrganizationFactory(
                slug=f"w-{index}", name_en=f"Body {index}", name_ar=f"جسم {index}", short_name_fr=f"B{index}"
            )
            for index in range(6)
        ]
        self.people = [PersonFactory(name_en=f"One {index}", name_ar=f"واحد {index}") for index in range(5)]

    def body(self):
        return self.random.choice(self.bodies)

    def person(self):
        return self.random.choice(self.people)

    def fill(self) -> None:
        for index in range(self.random.randint(4, 9)):
            self.agreement(index)
        for index in range(self.random.randint(2, 6)):
            body = self.body()
            if not Alias.objects.filter(organization=body, name=f"Alias {index % 3}").exists():
                alias = AliasFactory(organization=body, name=f"Alias {index % 3}")
                CitationFactory(alias=alias)
            kept(ExternalIdentifier(organization=self.body(), scheme="ice", value=str(index)))
            kept(ProfileClaim(organization=self.body(), about="field", source_language="en", text_en="work"))
            OfficeFactory(person=self.person(), organization=self.body())
            UserFactory(organization=self.body())
            ApiTokenFactory(organization=self.body())
            ActivityFactory(organizers=self.random.sample(self.bodies, self.random.randint(0, 2)))
            self.unit(OrganizationFactory(slug=f"unit-{index}", name_en=f"Unit {index}"))
        OfficeFactory(person=self.people[0], organization=self.bodies[0])
        self.pairs(DistinctPair, self.bodies)
        self.pairs(DistinctPeople, self.people)

    def unit(self, unit) -> None:
        with transaction.atomic():
            unit.parent, unit.relation = self.body(), "part_of"
            unit.save()
            record(unit)

    def pairs(self, model, rows) -> None:
        for _each in range(4):
            first, second = sorted(self.random.sample(rows, 2), key=lambda row: row.pk)
            if {first, second} != set(rows[:2]) and not model.objects.filter(
                first=first, second=second
            ).exists():
                kept(model(first=first, second=second, reason="seen both"))

    def agreement(self, index: int) -> None:
        parties = self.random.sample(self.bodies, self.random.randint(2, 4))
        agreement = AgreementFactory(
            published=self.random.random() < 0.7,
            parties=parties,
            registered_for=self.random.choice([None, self.body()]),
        )
        NamedGroupFactory(agreement=agreement, of_organization=self.body())
        CitationFactory(agreement=agreement, of_agreement=None, organization=self.body(), about="name")
        office = OfficeFactory(person=self.person(), organization=self.body())
        StatementFactory(agreement=agreement, speaker=office)
        party = agreement.parties.order_by("position").first()
        kept(Signatory(party=party, person=office.person, office=office))
        kept(FollowUp(agreement=agreement, organization=self.body(), on="2030-01-01", set_by=UserFactory()))


def settle(one, other) -> None:
    """Undo what would forbid the merge: places that both have in one record."""
    for link in links(type(one)):
        if link.model is not Alias:
            with transaction.atomic():
                for row in list(link.twins(one, other)):
                    if isinstance(row, Party) and row.agreement.parties.count() < 3:
                        PartyFactory(agreement=row.agreement)
                    row.delete()
                record(one)


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(each, marks=pytest.mark.drill) for each in range(2, 8))]
)
@pytest.mark.parametrize("kind", ["organization", "person"])
class TestAnyMerge:
    def test_moves_every_link_and_undone_restores_every_row(self, seed, kind):
        world = World(seed)
        world.fill()
        one, other = (world.bodies if kind == "organization" else world.people)[:2]
        settle(one, other)
        before = registry()
        held = pointing_at(one)

        merge = services.merge(one, into=other, reason="The same body.", by=TESTS)

        assert held, "a world in which nothing points at it proves nothing"
        assert pointing_at(one) <= {"organizations.alias.organization"}
        assert registry() != before

        services.undo(merge.pk, by=TESTS)

        assert registry() == before

    def test_leaves_nothing_pointing_there_when_others_are_merged_into_it_first(self, seed, kind):
        world = World(seed)
        world.fill()
        first, second, third = (world.bodies if kind == "organization" else world.people)[2:5]
        DistinctPair.objects.all().delete()
        DistinctPeople.objects.all().delete()
        states = []
        merges = []
        for merged, into in ((first, second), (second, third)):
            settle(merged, into)
            states.append(registry())
            merges.append(services.merge(merged, into=into, reason="The same.", by=TESTS))

        first.refresh_from_db()
        assert first.merged_into == third

        for merge, state in zip(reversed(merges), reversed(states), strict=True):
            services.undo(merge.pk, by=TESTS)
            if merge is merges[-1]:
                assert registry() == state
        settled = registry()
        services.undo(services.merge(first, into=third, reason="Once more.", by=TESTS).pk, by=TESTS)
        assert registry() == settled


class TestEveryLink:
    @pytest.mark.parametrize("model", [Organization, Person])
    def test_is_told_in_a_history(self, model):
        own = {Agreement, Organization, Person, FollowUp, User, ApiToken}
        for link in links(model):
            assert (
                getattr(link.model, "part_of", "")
                or link.model in own
                or not issubclass(link.model, Recorded)
            )

    @pytest.mark.parametrize("model", [Organization, Person])
    def test_of_a_lower_room_comes_first_so_that_a_signature_finds_its_office(self, model):
        rooms = [ROOMS.index(link.model._meta.app_label) for link in links(model)]

        assert rooms == sorted(rooms)


class TestMerging:
    def test_gives_the_names_to_the_other_as_other_names(self):
        one = OrganizationFactory(name_en="HIVOS", short_name_en="HV", name_fr="Hivos, fondation")
        other = OrganizationFactory(name_en="Stichting HIVOS", short_name_en="HV")

        services.merge(one, into=other, reason="Its own site says so.", by=TESTS)

        assert set(other.aliases.values_list("name", "kind")) == {
            ("HIVOS", "as_written"),
            ("Hivos, fondation", "as_written"),
        }

    def test_counts_up_the_version_of_each_agreement_once_and_tells_it_there(self):
        one, other = OrganizationFactory.create_batch(2)
        touched, apart = AgreementFactory(parties=[one, OrganizationFactory()]), AgreementFactory()
        NamedGroupFactory(agreement=touched, of_organization=one)

        merge = services.merge(one, into=other, reason="One body.", by=TESTS)
        services.undo(merge.pk, by=TESTS)

        touched.refresh_from_db()
        apart.refresh_from_db()
        assert (touched.version, apart.version) == (3, 1)
        told = AuditEvent.objects.filter(chain=touched.pk).order_by("sequence").values_list("verb", "reason")
        assert list(told)[-2:] == [("agreement.links_moved", "One body."), ("agreement.links_restored", "")]
        for body in (one, other):
            assert AuditEvent.objects.filter(chain=body.pk, reason="One body.").count() == 1

    def test_ends_at_what_the_other_was_merged_into(self):
        one, other, last = OrganizationFactory.create_batch(3)
        services.merge(other, into=last, reason="One.", by=TESTS)
        other.refresh_from_db()

        services.merge(one, into=other, reason="One.", by=TESTS)

        one.refresh_from_db()
        assert one.merged_into == last
        assert queries.successor(one) == last

    def test_lets_the_old_name_of_a_person_find_the_other(self):
        one, other = PersonFactory(name_en="Fatema Alaoui"), PersonFactory(name_en="Fatima Alaoui")

        merge = services.merge(one, into=other, reason="The same signature.", by=TESTS)

        assert set(other.name_entries.values_list("words", flat=True)) == {"Fatema Alaoui", "Fatima Alaoui"}
        services.undo(merge.pk, by=TESTS)
        assert set(one.name_entries.values_list("words", flat=True)) == {"Fatema Alaoui"}

    def test_moves_the_words_of_an_other_name_with_it(self):
        alias = AliasFactory(name="Marsad")
        other = OrganizationFactory()

        services.merge(alias.organization, into=other, reason="One.", by=TESTS)

        assert other.name_entries.filter(words="Marsad").exists()

    def test_keeps_a_name_that_both_have_where_it_is(self):
        mine, theirs = AliasFactory(name="Amal"), AliasFactory(name="Amal")

        services.merge(mine.organization, into=theirs.organization, reason="One.", by=TESTS)

        mine.refresh_from_db()
        assert mine.organization != theirs.organization

    def test_needs_a_reason_and_the_right_to_edit(self):
        one, other = OrganizationFactory.create_batch(2)

        with pytest.raises(Refused, match="Say why"):
            services.merge(one, into=other, reason="  ", by=TESTS)
        with pytest.raises(PermissionDenied):
            services.merge(one, into=other, reason="One.", by=UserFactory(contributor=True))
        assert not Merge.objects.exists()
        services.merge(one, into=other, reason="One.", by=UserFactory(editor=True))

    def test_is_for_an_administrator_where_accounts_act_for_it(self):
        one, other = OrganizationFactory.create_batch(2)
        member = UserFactory(contributor=True, organization=one)
        editor, administrator = UserFactory(editor=True), UserFactory(administrator=True)

        with pytest.raises(Refused, match="an administrator merges it"):
            services.merge(one, into=other, reason="One.", by=editor)
        merge = services.merge(one, into=other, reason="One.", by=administrator)
        member.refresh_from_db()
        assert member.organization == other
        with pytest.raises(PermissionDenied):
            services.undo(merge.pk, by=editor)
        services.undo(merge.pk, by=administrator)
        member.refresh_from_db()
        assert member.organization == one


class TestAMergeIsRefused:
    def refused(self, one, other, words: str) -> None:
        with pytest.raises(Refused, match=words):
            services.merge(one, into=other, reason="One.", by=TESTS)
        one.refresh_from_db()
        assert one.merged_into is None
        assert not Merge.objects.exists()

    def test_of_two_parties_of_one_agreement_which_it_names(self):
        one, other = OrganizationFactory.create_batch(2)
        agreement = AgreementFactory(parties=[one, other])

        self.refused(one, other, f"{agreement.code}.*party")

    def test_of_two_organizers_of_one_activity(self):
        one, other = OrganizationFactory.create_batch(2)
        ActivityFactory(title_en="A caravan", organizers=[one, other])

        self.refused(one, other, "A caravan")

    def test_of_two_who_signed_for_one_party(self):
        one, other = PersonFactory.create_batch(2)
        party = PartyFactory()
        for each in (one, other):
            kept(Signatory(party=party, person=each))

        self.refused(one, other, party.agreement.code)

    @pytest.mark.parametrize("up", [True, False])
    def test_of_one_that_stands_above_the_other(self, up):
        above = OrganizationFactory(name_en="Entraide nationale")
        between = OrganizationFactory(parent=above)
        below = OrganizationFactory(name_en="Coordination", parent=between)

        self.refused(
            *((above, below) if up else (below, above)), "“Entraide nationale” stands above “Coordination”"
        )

    def test_of_two_that_are_known_to_be_two(self):
        one, other = OrganizationFactory.create_batch(2)
        services.tell_apart(other, one, reason="One is Qatari.", by=TESTS)

        self.refused(one, other, "not the same")

    def test_of_one_with_itself(self):
        one = OrganizationFactory()

        self.refused(one, one, "one and the same")

    def test_into_what_is_merged_into_it(self):
        one, other = OrganizationFactory.create_batch(2)
        services.merge(other, into=one, reason="One.", by=TESTS)
        other.refresh_from_db()

        with pytest.raises(Refused, match="one and the same"):
            services.merge(one, into=other, reason="One.", by=TESTS)

    def test_of_what_is_merged_already(self):
        one, other, third = OrganizationFactory.create_batch(3)
        services.merge(one, into=other, reason="One.", by=TESTS)

        with pytest.raises(Refused, match="merged already"):
            services.merge(one, into=third, reason="One.", by=TESTS)

    def test_by_the_page_that_asks_before_as_by_the_service(self):
        one, other = OrganizationFactory.create_batch(2)
        AgreementFactory(parties=[one, other])

        assert [each.code for each in examine(one, other, by=TESTS).faults] == ["both_have_a_place"]


class TestUndoing:
    def test_twice_is_refused(self):
        merge = services.merge(OrganizationFactory(), into=OrganizationFactory(), reason="One.", by=TESTS)
        services.undo(merge.pk, by=TESTS)

        with pytest.raises(Refused, match="undone already"):
            services.undo(merge.pk, by=TESTS)

    def test_waits_for_a_later_merge_of_the_other(self):
        one, other, last = OrganizationFactory.create_batch(3)
        first = services.merge(one, into=other, reason="One.", by=TESTS)
        second = services.merge(other, into=last, reason="One.", by=TESTS)

        with pytest.raises(Refused, match="Undo that merge first"):
            services.undo(first.pk, by=TESTS)
        services.undo(second.pk, by=TESTS)
        services.undo(first.pk, by=TESTS)

        one.refresh_from_db()
        assert one.merged_into is None

    def test_leaves_alone_what_was_removed_or_given_to_a_third_since(self):
        one, other, third = OrganizationFactory.create_batch(3)
        gone, given, back = (OfficeFactory(organization=one) for _each in range(3))
        merge = services.merge(one, into=other, reason="One.", by=TESTS)
        services.remove(Office.objects.get(pk=gone.pk), by=TESTS)
        given.refresh_from_db()
        given.organization = third
        services.store(given, by=TESTS)

        services.undo(merge.pk, by=TESTS)

        assert set(Office.objects.values_list("pk", "organization")) == {
            (given.pk, third.pk),
            (back.pk, one.pk),
        }

    def test_keeps_a_name_that_a_quote_leans_on_since(self):
        one, other = OrganizationFactory(name_en="HIVOS"), OrganizationFactory()
        merge = services.merge(one, into=other, reason="One.", by=TESTS)
        CitationFactory(alias=other.aliases.get())

        services.undo(merge.pk, by=TESTS)

        assert list(other.aliases.values_list("name", flat=True)) == ["HIVOS"]

    def test_keeps_a_name_that_another_merged_record_has_too(self):
        one, two = (OrganizationFactory(name_en="HIVOS") for _each in range(2))
        other = OrganizationFactory()
        first = services.merge(one, into=other, reason="One.", by=TESTS)
        services.merge(two, into=other, reason="One.", by=TESTS)

        services.undo(first.pk, by=TESTS)

        assert list(other.aliases.values_list("name", flat=True)) == ["HIVOS"]


class TestTwoThatAreNotTheSame:
    @pytest.mark.parametrize("factory", [OrganizationFactory, PersonFactory])
    def test_are_told_apart_once_and_it_can_be_taken_back(self, factory):
        one, other = factory.create_batch(2)
        pairs = DistinctPair if factory is OrganizationFactory else DistinctPeople

        services.tell_apart(other, one, reason="Different towns.", by=TESTS)
        services.tell_apart(one, other, by=TESTS)

        assert list(pairs.objects.values_list("first", "second", "reason")) == [
            (one.pk, other.pk, "Different towns.")
        ]
        for each in (one, other):
            assert AuditEvent.objects.filter(chain=each.pk, reason="Different towns.").count() == 1

        services.tell_apart_no_longer(one, other, by=TESTS)
        services.tell_apart_no_longer(one, other, by=TESTS)
        assert not pairs.objects.exists()

    def test_are_told_apart_by_editors_alone(self):
        with pytest.raises(PermissionDenied):
            services.tell_apart(*OrganizationFactory.create_batch(2), by=UserFactory(contributor=True))
