"""Who reads which agreements: role × state of the record × confidentiality × own side or not."""

from itertools import product

import pytest

from activities.models import Activity
from agreements.models import Agreement, Citation, Commitment, Source
from organizations.models import Anonymous, Organization, Person
from organizations.permissions import Role
from tests.factories import (
    ActivityFactory,
    AgreementFactory,
    ApiTokenFactory,
    CitationFactory,
    CommitmentFactory,
    FulfilmentFactory,
    OrganizationFactory,
    SourceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

STATES = Agreement.EditorialState.values
CONFIDENTIALITIES = Agreement.Confidentiality.values
EVERYTHING = set(product(STATES, CONFIDENTIALITIES, ("own", "others'")))
SHARED = {("published", "public"), ("published", "partners")}
PARTNER = {(*each, whose) for each in SHARED for whose in ("own", "others'")} | {
    ("published", "restricted", "own")
}

READS = {
    Role.READER: PARTNER,
    Role.CONTRIBUTOR: PARTNER,
    Role.PARTNER_SYSTEM: PARTNER,
    Role.EDITOR: EVERYTHING,
    Role.REVIEWER: EVERYTHING,
    Role.ADMINISTRATOR: EVERYTHING,
}


def agreement(state: str, **columns) -> Agreement:
    reviewer = {"reviewed_by": UserFactory(reviewer=True)} if state == "published" else {}
    return AgreementFactory(editorial_state=state, **reviewer, **columns)


@pytest.fixture
def registry():
    """One agreement of every sort, of an organization's own and of others."""
    own, another, third = OrganizationFactory.create_batch(3)
    sides = {"own": [own, another], "others'": [another, third]}
    for state, confidentiality, whose in EVERYTHING:
        agreement(
            state,
            confidentiality=confidentiality,
            parties=sides[whose],
            title_en=f"{state}, {confidentiality}, {whose}",
        )
    return own


def actor(role: str, organization: Organization | None):
    if role == Role.PARTNER_SYSTEM:
        return ApiTokenFactory(organization=organization)
    return UserFactory(role=role, organization=organization)


def read(by) -> set[tuple[str, ...]]:
    return {tuple(each.title_en.split(", ")) for each in Agreement.objects.visible_to(by)}


class TestAgreementsVisibleTo:
    @pytest.mark.parametrize("role", Role.values)
    def test_a_role_are_those_of_the_policy(self, registry, role):
        assert read(actor(role, registry)) == READS[role]

    @pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR])
    def test_somebody_of_no_organization_are_those_of_others(self, registry, role):
        assert read(actor(role, None)) == PARTNER - {("published", "restricted", "own")}

    def test_a_reader_without_account_are_the_published_public_ones(self, registry, settings):
        settings.PUBLIC_READING = True

        assert read(Anonymous()) == {("published", "public", whose) for whose in ("own", "others'")}

    def test_a_reader_without_account_are_none_where_the_installation_is_closed(self, registry, settings):
        settings.PUBLIC_READING = False

        assert read(Anonymous()) == set()

    @pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn"])
    def test_their_author_are_the_unpublished_ones_too(self, state):
        author, colleague = UserFactory.create_batch(2, contributor=True)
        entered = agreement(state, registered_by=author, confidentiality="restricted")

        assert list(Agreement.objects.visible_to(author)) == [entered]
        assert not Agreement.objects.visible_to(colleague).exists()

    @pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn"])
    def test_the_organization_they_were_entered_for_are_the_unpublished_ones_too(self, state):
        token, other = ApiTokenFactory.create_batch(2)
        entered = agreement(state, registered_for=token.organization)

        assert list(Agreement.objects.visible_to(token)) == [entered]
        assert not Agreement.objects.visible_to(other).exists()

    @pytest.mark.parametrize(
        ("role", "acting"),
        [
            *((role, True) for role in Role.values),
            *((role, False) for role in Role.values if role != Role.PARTNER_SYSTEM),
            (None, False),
        ],
    )
    def test_anybody_are_those_of_two_parts_that_share_nothing(self, registry, role, acting):
        """Of every role, `acting` for an organization or for none, and of none."""
        reader = actor(role, registry if acting else None) if role else Anonymous()
        entered = {"registered_by": reader} if role and role != Role.PARTNER_SYSTEM else {}
        for state in ("draft", "published"):
            agreement(state, **entered, registered_for=registry)

        to_all, own = (list(part) for part in Agreement.objects.visible_apart(reader))

        assert len(to_all) + len(own) == len({*to_all, *own})
        assert {*to_all, *own} == {*Agreement.objects.visible_to(reader)}

    def test_nobody_twice(self):
        own = OrganizationFactory()
        agreement("published", parties=[own, *OrganizationFactory.create_batch(3)])

        assert Agreement.objects.visible_to(UserFactory(organization=own)).count() == 1


class TestWhatBelongsToAnAgreement:
    """Is hidden with it: the gate is asked again, never a second time answered."""

    @pytest.fixture
    def hidden(self):
        commitment = CommitmentFactory(
            agreement=AgreementFactory(confidentiality="restricted", published=True)
        )
        CitationFactory(commitment=commitment)
        FulfilmentFactory(commitment=commitment)
        return commitment

    @pytest.mark.parametrize(
        "model", [Commitment, Citation, Source, Activity], ids=lambda each: each.__name__
    )
    def test_is_hidden_from_whoever_may_not_read_it(self, hidden, model):
        assert not model.objects.visible_to(UserFactory()).exists()
        assert not model.objects.visible_to(Anonymous()).exists()

    @pytest.mark.parametrize(
        "model", [Commitment, Citation, Source, Activity], ids=lambda each: each.__name__
    )
    def test_is_shown_to_its_parties_and_to_editors(self, hidden, model):
        party = hidden.agreement.parties.first()

        assert model.objects.visible_to(UserFactory(organization=party.organization)).count() == 1
        assert model.objects.visible_to(UserFactory(editor=True)).count() == 1

    def test_is_shown_where_the_source_serves_another_agreement_too(self, hidden):
        source = hidden.citations.get().source
        CitationFactory(agreement=AgreementFactory(published=True), source=source)

        assert list(Source.objects.visible_to(UserFactory())) == [source]
        assert not Citation.objects.visible_to(UserFactory()).filter(commitment=hidden).exists()


class TestWhatBelongsToNoAgreement:
    def test_source_is_for_editors(self):
        SourceFactory()

        assert Source.objects.visible_to(UserFactory(editor=True)).count() == 1
        assert not Source.objects.visible_to(UserFactory()).exists()

    def test_activity_is_for_its_organizers(self):
        held = ActivityFactory(organizers=[OrganizationFactory()])
        organizer = held.organizers.get().organization

        assert list(Activity.objects.visible_to(UserFactory(organization=organizer))) == [held]
        assert not Activity.objects.visible_to(UserFactory(organization=OrganizationFactory())).exists()

    @pytest.mark.parametrize("allowed", [True, False])
    def test_organizations_and_people_are_for_whoever_may_read(self, settings, allowed):
        settings.PUBLIC_READING = allowed
        OrganizationFactory()

        assert Organization.objects.visible_to(Anonymous()).exists() == allowed
        assert Organization.objects.visible_to(UserFactory()).exists()
        assert not Person.objects.visible_to(Anonymous()).exists()
