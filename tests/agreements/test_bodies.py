"""The pages of organizations and people: who is this, what does it owe and get, with whom."""

import re
from datetime import date
from html import unescape
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from agreements.models import (
    Agreement,
    Commitment,
    CommitmentBeneficiary,
    CommitmentDebtor,
    Party,
    Signatory,
    Statement,
)
from agreements.queries import bodies
from agreements.queries.network import Side
from agreements.queries.progress import Progress
from agreements.views import bodies as views
from audit import trail
from lib import facets
from lib.claims import Basis, DateClaim
from organizations import queries as organization_queries
from organizations.models import DistinctPair, Organization, ProfileClaim
from tests.factories import (
    TESTS,
    ActivityFactory,
    AgreementFactory,
    AliasFactory,
    CitationFactory,
    CommitmentFactory,
    FulfilmentFactory,
    NamedGroupFactory,
    OfficeFactory,
    OpenQuestionFactory,
    OrganizationFactory,
    PersonFactory,
    SourceFactory,
    StatementFactory,
    UserFactory,
    on,
)

pytestmark = pytest.mark.django_db

TODAY = date(2025, 3, 1)
LONG = "Federation of Associations for the Protection of Childhood and Family of the Northern Part"


def read(client, address: str, status: int = 200) -> str:
    """The page at `address`, which answers `status`."""
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def words(html: str) -> str:
    """What a page says, without its marks, every space once."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def section(html: str, name: str) -> str:
    """What the section with this id says."""
    return words(re.search(rf'<section[^>]* id="{name}".*?</section>', html, re.DOTALL).group())


def titles(html: str) -> list[str]:
    return [words(each) for each in re.findall(r'<a class="ttl".*?</a>', html, re.DOTALL)]


def body(organization: Organization, *, actor=None, subtree: bool = False) -> bodies.Body:
    """The page of `organization` as an editor, who sees everything, reads it."""
    kept = organization_queries.with_profile(Organization.objects).get(pk=organization.pk)
    return bodies.body(kept, actor=actor or UserFactory(editor=True), on=TODAY, subtree=subtree)


def agreed(*organizations: Organization, **fields) -> Agreement:
    return AgreementFactory(published=True, parties=organizations, **fields)


def owed(
    agreement: Agreement, *debtors: Organization, to: tuple[Organization, ...] = (), **fields
) -> Commitment:
    """A commitment of `debtors`, meant by name for the parties `to`."""
    by_organization = {each.organization: each for each in agreement.parties.all()}
    commitment = CommitmentFactory(
        agreement=agreement, debtors=[by_organization[each] for each in debtors], **fields
    )
    CommitmentBeneficiary.objects.bulk_create(
        CommitmentBeneficiary(commitment=commitment, party=by_organization[each]) for each in to
    )
    return commitment


def sides(found: bodies.Body) -> dict[str, int]:
    return {side.value: count for side, count in found.counts.items() if count}


@pytest.fixture
def trio(db) -> list[Organization]:
    return [OrganizationFactory(slug=each, name_en=each.title()) for each in ("aman", "bayti", "cadi")]


@pytest.fixture
def short(monkeypatch) -> int:
    """How far lists look, and how little that is here."""
    monkeypatch.setattr(facets, "LOOKED_AT", 3)
    return 3


class TestTheListOfOrganizations:
    def test_is_in_the_order_of_the_names_that_the_reader_sees(self, client):
        OrganizationFactory(slug="a", name_en="Zenith", name_ar="أمل")
        OrganizationFactory(slug="z", name_en="école", name_ar="يد")

        assert titles(read(client, "/en/organizations/")) == ["école", "Zenith"]
        assert titles(read(client, "/ar/organizations/")) == ["أمل", "يد"]

    def test_counts_the_agreements_that_the_reader_may_see_and_no_other(self, client, trio):
        aman, bayti, _cadi = trio
        agreed(aman, bayti)
        agreed(aman, bayti, confidentiality="restricted")
        AgreementFactory(parties=[aman, bayti])

        assert counts(read(client, "/en/organizations/")) == ["1", "1", "0"]
        client.force_login(UserFactory(editor=True))
        assert counts(read(client, "/en/organizations/"))[:2] == ["3", "3"]

    def test_counts_those_of_its_units_beside_its_own_each_once(self, client, trio):
        aman, bayti, cadi = trio
        unit = OrganizationFactory(name_en="Unit", parent=OrganizationFactory(name_en="Desk", parent=aman))
        agreed(unit, bayti, cadi)
        agreed(unit, aman)

        assert counts(read(client, "/en/organizations/?q=aman")) == ["1 2 with its units"]

    def test_can_begin_with_those_that_have_most(self, client, trio):
        agreed(trio[1], trio[2])
        agreed(trio[2], trio[0])

        found = titles(read(client, "/en/organizations/?order=agreements"))

        assert found == ["Cadi", "Aman", "Bayti"]

    def test_says_what_each_kind_and_country_would_leave(self, client):
        OrganizationFactory(kind_id="ngo", country="MA")
        OrganizationFactory(kind_id="ngo", country="QA")
        OrganizationFactory(kind_id="centre", country="MA")

        html = read(client, "/en/organizations/?kind=centre")

        assert len(titles(html)) == 1
        facets = words(re.search(r"<details class=\"facets.*?</form>", html, re.DOTALL).group())
        assert "Non-governmental organization 2 Centre 1" in facets
        assert "Morocco 1" in facets
        assert "Qatar" not in facets

    def test_offers_the_most_frequent_countries_and_the_rest_on_demand(self, client):
        for country in ("MA", "MA", "DZ", "EG", "FR", "JO", "LB", "LY", "QA", "SN", "TN"):
            OrganizationFactory(country=country)

        few = words(read(client, "/en/organizations/"))
        assert "Country Morocco 2" in few
        assert "Tunisia 1" not in few
        assert "2 more values" in few
        assert "Tunisia 1" in words(read(client, "/en/organizations/?country=TN"))
        assert "Tunisia 1" in words(read(client, "/en/organizations/?more=country"))

    def test_narrows_to_a_country(self, client):
        here = OrganizationFactory(country="MA")
        OrganizationFactory(country="QA")
        OrganizationFactory()

        assert titles(read(client, "/en/organizations/?country=MA")) == [here.name_en]

    def test_finds_the_units_of_the_body_that_a_kept_address_was_merged_into(self, client, trio):
        kept = trio[0]
        former = OrganizationFactory(merged_into=kept)
        unit = OrganizationFactory(name_en="Field office", parent=kept)

        answers = [client.get(f"/api/v1/organizations?parent={each.pk}").json() for each in (kept, former)]

        assert [[each["id"] for each in answer["results"]] for answer in answers] == [[str(unit.pk)]] * 2

    def test_leaves_out_what_was_merged_into_another(self, client, trio):
        OrganizationFactory(merged_into=trio[0])

        assert titles(read(client, "/en/organizations/")) == ["Aman", "Bayti", "Cadi"]

    @pytest.mark.parametrize("order", ["name", "agreements"])
    def test_counts_what_was_entered_under_one_merged_into_it_as_its_own_and_each_once(
        self, client, trio, order
    ):
        aman, bayti, _cadi = trio
        former = OrganizationFactory(merged_into=bayti)
        agreed(former, bayti)
        agreed(former, aman)
        agreed(OrganizationFactory(merged_into=OrganizationFactory(name_en="Unit", parent=bayti)), aman)

        html = read(client, f"/en/organizations/?order={order}")

        told = dict(zip(titles(html), counts(html), strict=True))
        assert told == {"Aman": "2", "Bayti": "2 3 with its units", "Cadi": "0", "Unit": "1"}

    def test_counts_exactly_as_far_as_it_looks(self, client, trio, short):
        aman, bayti, _cadi = trio
        for _ in range(short):
            agreed(aman, bayti)

        html = read(client, "/en/organizations/")

        assert f"{short} organizations" in words(html)
        assert counts(html) == [f"{short}", f"{short}", "0"]
        assert "+" not in words(html)

    def test_says_where_it_stopped_counting(self, client, trio, short):
        aman, bayti, _cadi = trio
        OrganizationFactory(name_en="Older", kind_id="centre", country="QA", pk=UUID(int=1))
        unit = OrganizationFactory(name_en="Unit", parent=bayti, kind_id="ngo", country="MA")
        for _ in range(short):
            agreed(aman, unit)
        agreed(aman, bayti)

        html = read(client, "/en/organizations/")

        assert "More than 3 organizations" in words(html)
        assert dict(zip(titles(html), counts(html), strict=True)) == {
            "Aman": "3+",
            "Bayti": "1 3+ with its units",
            "Cadi": "0",
            "Older": "0",
            "Unit": "3",
        }
        assert "Numbers with a plus are counted in a part of what there is" in words(html)
        offered = words(re.search(r'<details class="facets.*?<p class="apply">', html, re.DOTALL).group())
        assert "Non-governmental organization 1+" in offered
        assert "Morocco 1+" in offered
        assert "Qatar" not in offered
        assert "Centre 0+" in words(read(client, "/en/organizations/?more=kind"))

    def test_is_in_the_order_of_all_agreements_however_far_it_tells(self, client, trio, short):
        aman, bayti, cadi = trio
        for found, number in ((aman, 1), (bayti, 2), (cadi, 3)):
            for _ in range(short + number):
                agreed(found, OrganizationFactory())

        html = read(client, "/en/organizations/?order=agreements")

        assert titles(html)[:3] == ["Cadi", "Bayti", "Aman"]
        assert counts(html)[:3] == ["3+"] * 3

    @pytest.mark.parametrize("order", ["name", "agreements"])
    def test_shows_everything_once_page_after_page(self, client, trio, monkeypatch, order):
        monkeypatch.setattr(views, "PAGE_SIZE", 2)
        agreed(*trio)
        OrganizationFactory.create_batch(4, name_en="The same name")
        address, seen = f"/en/organizations/?order={order}", []

        while address:
            html = read(client, address)
            seen += re.findall(r'<a class="ttl" href="([^"]*)"', html)
            following = re.search(r'rel="next" href="([^"]*)"', html)
            address = f"/en/organizations/{unescape(following[1])}" if following else None

        assert len(seen) == len(set(seen)) == 7

    def test_says_that_it_cannot_understand_a_filter(self, client, trio):
        html = read(client, "/en/organizations/?country=Narnia")

        assert "This filter cannot be understood" in words(html)
        assert titles(html) == []

    def test_knows_no_page_of_another_order(self, client, trio, monkeypatch):
        monkeypatch.setattr(views, "PAGE_SIZE", 2)
        following = re.search(r"cursor=([^\"&]*)", read(client, "/en/organizations/"))[1]

        read(client, f"/en/organizations/?order=agreements&cursor={following}", status=404)


def counts(html: str) -> list[str]:
    """The last column of the list."""
    return [words(each) for each in re.findall(r'<td data-l="Agreements">(.*?)</td>', html, re.DOTALL)]


class TestWhatIsGivenAndReceived:
    def test_in_an_agreement_of_two_everything_is_owed_to_the_other(self, trio):
        aman, bayti, _cadi = trio
        agreement = agreed(aman, bayti)
        owed(agreement, aman)
        owed(agreement, bayti)
        owed(agreement, bayti)

        assert sides(body(aman)) == {"gives": 1, "receives": 2}
        assert sides(body(bayti)) == {"gives": 2, "receives": 1}

    def test_among_three_it_is_owed_to_the_party_it_is_meant_for(self, trio):
        aman, bayti, cadi = trio
        owed(agreed(aman, bayti, cadi), aman, to=(cadi,))

        assert sides(body(cadi)) == {"receives": 1}
        assert sides(body(bayti)) == {}
        assert [each.organization for each in body(aman).exchanges] == [cadi]

    def test_among_three_without_a_name_it_is_owed_to_nobody_for_certain(self, client, trio):
        aman, bayti, cadi = trio
        owed(agreed(aman, bayti, cadi), aman)

        found = body(aman)

        assert sides(found) == {"gives": 1}
        assert (found.unaddressed, found.exchanges) == (1, [])
        assert sides(body(bayti)) == sides(body(cadi)) == {}
        assert "for whom is not stated" in section(read(client, aman.get_absolute_url()), "commitments")

    def test_what_both_owe_together_is_neither_given_nor_received_and_counts_once(self, client, trio):
        aman, bayti, _cadi = trio
        owed(agreed(aman, bayti), aman, bayti)

        for one, other in ((aman, bayti), (bayti, aman)):
            found = body(one)
            assert sides(found) == {"joint": 1}
            [partner] = found.partners
            assert (partner.organization, partner.given, partner.received, partner.joint) == (other, 0, 0, 1)
            assert [each.what for each in partner.blocks] == ["across"]
        assert "5 commitments" not in words(read(client, aman.get_absolute_url()))

    def test_what_two_others_owe_it_together_counts_once_and_stands_under_each(self, trio):
        aman, bayti, cadi = trio
        owed(agreed(aman, bayti, cadi), bayti, cadi, to=(aman,))

        found = body(aman)

        assert sides(found) == {"receives": 1}
        assert [(each.organization, each.received) for each in found.partners] == [(bayti, 1), (cadi, 1)]
        assert found.owed.total == 1

    def test_a_commitment_without_a_debtor_is_nobodys(self, trio):
        aman, bayti, _cadi = trio
        owed(agreed(aman, bayti))

        assert sides(body(aman)) == sides(body(bayti)) == {}

    def test_a_beneficiary_that_owes_it_too_is_not_its_own_creditor(self, trio):
        aman, bayti, _cadi = trio
        owed(agreed(aman, bayti), bayti, to=(bayti,))

        assert sides(body(aman)) == {"receives": 1}

    def test_the_units_count_as_itself_where_the_reader_asks_so(self, trio):
        aman, bayti, _cadi = trio
        unit = OrganizationFactory(parent=OrganizationFactory(parent=aman))
        owed(agreed(unit, bayti), unit)
        between = agreed(aman, unit)
        owed(between, unit)
        owed(between, unit, aman)

        assert sides(body(aman)) == {"receives": 1, "joint": 1}
        whole = body(aman, subtree=True)
        assert sides(whole) == {"gives": 1, "within": 2}
        assert [each.organization for each in whole.partners] == [bayti]
        assert whole.given == 3

    def test_bars_tell_how_far_the_commitments_are(self, trio):
        aman, bayti, _cadi = trio
        agreement = agreed(aman, bayti)
        FulfilmentFactory(commitment=owed(agreement, aman), extent="whole")
        owed(agreement, aman, due=on(2024, 1, 1))
        owed(agreement, bayti)

        [partner] = body(aman).partners

        assert partner.gives == {Progress.FULFILLED: 1, Progress.OVERDUE: 1}
        assert [each.what for each in partner.blocks] == ["overdue", "fulfilled", "no_news"]


class TestOpenCommitments:
    def test_stand_on_both_sides_the_soonest_deadline_first(self, client, trio):
        aman, bayti, _cadi = trio
        agreement = agreed(aman, bayti)
        owed(agreement, aman, text_en="some day")
        owed(agreement, aman, text_en="later", due=on(2099, 1, 1))
        owed(agreement, aman, text_en="long ago", due=on(2001, 1, 1))
        owed(agreement, bayti, text_en="in return")

        found = body(aman)

        assert [each.commitment.text for each in found.owes.rows] == ["long ago", "later", "some day"]
        assert [each.commitment.text for each in found.owed.rows] == ["in return"]
        shown = section(read(client, aman.get_absolute_url()), "commitments")
        assert re.search(r"Owed by it 3 A3 long ago.*Overdue Due 1 Jan 2001", shown)
        assert re.search(r"A1 some day.*No news yet no deadline in the source", shown)
        assert re.search(r"Owed to it 1 B1 in return", shown)

    def test_leave_when_they_are_fulfilled(self, client, trio):
        aman, bayti, _cadi = trio
        FulfilmentFactory(commitment=owed(agreed(aman, bayti), aman), extent="whole")

        shown = section(read(client, aman.get_absolute_url()), "commitments")

        assert "Owed by it 0 Everything it owes is fulfilled." in shown
        assert "Owed to it 0 No source states that it is owed anything." in shown

    def test_say_whom_they_are_for_in_the_words_of_the_source(self, client, trio):
        aman, bayti, _cadi = trio
        agreement = agreed(aman, bayti, source_language="fr")
        commitment = owed(agreement, aman, text_en="", text_fr="former des cadres")
        group = NamedGroupFactory(agreement=agreement, text_en="", text_fr="jeunes")
        CommitmentBeneficiary.objects.create(commitment=commitment, group=group)

        html = read(client, aman.get_absolute_url())

        assert '<bdi lang="fr" dir="ltr">jeunes</bdi>' in html
        assert "→" not in section(html, "commitments")

    def test_keep_their_doubt_in_sight_until_it_is_resolved(self, client, trio):
        aman, bayti, _cadi = trio
        commitment = owed(agreed(aman, bayti), aman)
        assert "Unclear wording" not in section(read(client, aman.get_absolute_url()), "commitments")

        OpenQuestionFactory(agreement=commitment.agreement, commitment=commitment)

        assert "Unclear wording" in section(read(client, aman.get_absolute_url()), "commitments")

    def test_are_counted_where_there_are_too_many_to_show(self, client, trio, monkeypatch):
        monkeypatch.setitem(bodies.LATEST, "duties", 9)
        aman, bayti, _cadi = trio
        agreement = agreed(aman, bayti)
        for _each in range(11):
            owed(agreement, aman)

        shown = section(read(client, aman.get_absolute_url()), "commitments")

        assert "Owed by it 11" in shown
        assert "1 more commitment" in shown
        assert "2 more commitments, with later deadlines or none" in shown


class TestManyAgreements:
    """Who owes what is told of the newest; the page says so, and how many there are."""

    @pytest.fixture(autouse=True)
    def least(self, monkeypatch):
        monkeypatch.setattr(bodies, "LOOKED_AT", 2)

    @pytest.fixture
    def three(self, trio) -> list[Agreement]:
        """Of the same two bodies, each with something owed on either side; the oldest first."""
        aman, bayti, _cadi = trio
        found = [agreed(aman, bayti) for _ in range(3)]
        for each in found:
            owed(each, aman)
            owed(each, bayti)
        return found

    def test_are_told_of_as_far_as_the_page_looks(self, client, trio, three):
        aman = trio[0]

        html = read(client, aman.get_absolute_url())

        assert sides(body(aman)) == {"gives": 2, "receives": 2}
        assert {each.agreement for each in body(aman).owes.rows} == {*three[1:]}
        assert "Agreements 3 Gives 2+ commitments Receives 2+ commitments" in words(html)
        assert "Open commitments 4+" in words(html)
        assert "Owed by it 2+" in words(html)
        assert "those of its newest agreements (2)" in words(html)

    def test_lead_to_all_of_them_that_have_something_overdue(self, client, trio, three):
        aman = trio[0]
        for each in three:
            owed(each, aman, due=on(2020, 1, 1))

        html = read(client, aman.get_absolute_url())
        link = re.search(r'href="([^"]*)">All its agreements with something overdue', html)

        assert {*titles(read(client, unescape(link[1])))} == {each.title for each in three}

    def test_that_say_nothing_let_nobody_think_that_the_others_do(self, client, trio):
        aman, bayti, cadi = trio
        older = agreed(aman, bayti)
        owed(older, aman)
        owed(older, bayti)
        older.parties.filter(organization=aman).update(name_as_written="AMAN")
        for _ in range(2):
            agreed(aman, cadi)

        html = read(client, aman.get_absolute_url())

        assert section(html, "exchange") == "Given and received None in its newest agreements."
        assert section(html, "commitments").count("0+ None in its newest agreements.") == 2
        assert section(html, "spellings") == "Also written as None in its newest agreements."
        assert "Agreements 3 Gives 0+ commitments Receives 0+ commitments" in words(html)

    @pytest.mark.parametrize("count", [0, 1, 2, 3])
    def test_keep_their_plus_in_arabic(self, client, trio, count):
        aman, bayti, _cadi = trio
        for _ in range(3):
            last = agreed(aman, bayti)
        for _ in range(count):
            owed(last, aman)

        told = words(read(client, f"/ar/organizations/{aman.slug}/"))

        assert f"تقدّم {count}+" in told

    def test_count_even_where_one_is_removed_meanwhile(self, trio, three, monkeypatch):
        stated = bodies.with_legal_state
        monkeypatch.setattr(
            bodies, "with_legal_state", lambda rows, on: stated(rows.exclude(pk=three[2].pk), on=on)
        )

        assert [each.agreement for each in body(trio[0]).agreements.rows] == [three[1]]

    def test_are_counted_as_far_as_a_list_counts(self, client, trio, three, monkeypatch):
        monkeypatch.setattr(facets, "LOOKED_AT", 2)

        html = read(client, trio[0].get_absolute_url())

        assert "Agreements 2+ Gives 2+" in words(html)

    def test_are_all_told_of_where_there_are_no_more(self, client, trio, three):
        three[0].parties.filter(organization=trio[0]).update(organization=trio[2])

        html = read(client, trio[0].get_absolute_url())

        assert "Agreements 2 Gives 2 commitments Receives 2 commitments" in words(html)
        assert "its newest agreements" not in html

    def test_of_very_many_partners_those_with_most_agreements_are_shown(self, client, trio, monkeypatch):
        aman, bayti, _cadi = trio
        monkeypatch.setattr(bodies, "LOOKED_AT", 100)
        for _ in range(2):
            owed(agreed(aman, bayti), aman)
        for number in range(62):
            owed(agreed(aman, OrganizationFactory(name_en=f"Partner {number}")), aman)

        html = read(client, aman.get_absolute_url())

        drawn = section(html, "exchange")
        assert "51 more partners" in drawn
        assert "3 more partners are not shown." in drawn
        assert drawn.index("Bayti") < drawn.index("Partner 0")
        assert drawn.count("Partner ") - 2 == 59  # twice the head of a column
        listed = section(html, "network")
        assert "and 51 more partners, not drawn" in listed
        assert "3 more partners are not shown." in listed


class TestWhatIsHidden:
    def test_leaves_no_trace_on_the_page(self, client, trio):
        aman, bayti, cadi = trio
        office = OfficeFactory(organization=aman)
        agreed(aman, bayti)
        before = read(client, aman.get_absolute_url())
        for hidden in (
            agreed(aman, cadi, confidentiality="restricted", title_en="Secret pact"),
            AgreementFactory(parties=[aman, cadi], title_en="Secret draft"),
        ):
            commitment = owed(hidden, aman, text_en="a secret promise")
            Party.objects.filter(agreement=hidden, organization=aman).update(name_as_written="Secret Aman")
            StatementFactory(agreement=hidden, speaker=office, text_en="a secret word")
            source = SourceFactory(text="a secret quote")
            CitationFactory(agreement=hidden, of_agreement=None, organization=aman, source=source, end=14)
            CitationFactory(agreement=hidden, of_agreement=None, office=office, source=source, end=14)
            activity = ActivityFactory(title_en="a secret meeting", was_held=True, organizers=[aman])
            FulfilmentFactory(activity=activity, commitment=commitment)

        assert read(client, aman.get_absolute_url()) == before, "not even a number differs"
        assert "secret" not in read(client, reverse("person", args=[office.person_id])).lower()

    def test_is_there_for_those_who_may_read_it(self, client, trio):
        aman, _bayti, cadi = trio
        owed(agreed(aman, cadi, confidentiality="restricted"), aman, text_en="a secret promise")
        client.force_login(UserFactory(organization=aman))

        assert "a secret promise" in section(read(client, aman.get_absolute_url()), "commitments")

    def test_lets_a_bond_between_partners_show_only_where_it_may_be_read(self, trio):
        aman, bayti, cadi = trio
        agreed(aman, bayti)
        agreed(aman, cadi)
        agreed(bayti, cadi, confidentiality="restricted")

        assert body(aman, actor=UserFactory()).network.drawing.bonds == []
        assert len(body(aman).network.drawing.bonds) == 1


class TestWhereItStands:
    def test_shows_three_levels_of_units_and_the_way_up_from_the_lowest(self, client, trio):
        aman = trio[0]
        first = OrganizationFactory(name_en="First", parent=aman)
        second = OrganizationFactory(name_en="Second", parent=first, relation="operated_by")
        third = OrganizationFactory(name_en="Third", parent=second)

        assert "Aman First (part of) Second (operated by) Third (part of)" in section(
            read(client, aman.get_absolute_url()), "family"
        )
        html = read(client, third.get_absolute_url())
        assert "Aman First (part of) Second (operated by) Third (part of)" in section(html, "family")
        crumbs = words(re.search(r'<nav class="crumbs.*?</nav>', html, re.DOTALL).group())
        assert crumbs == "Organizations Aman First Second Third"

    def test_says_that_its_units_are_party_where_it_is_none_itself(self, client, trio):
        aman, bayti, _cadi = trio
        agreed(OrganizationFactory(parent=aman), bayti)

        html = read(client, aman.get_absolute_url())

        assert "It is party to no agreement you may read. Its units are party to 1." in section(
            html, "agreements"
        )
        assert len(titles(read(client, f"{aman.get_absolute_url()}?scope=subtree"))) == 1

    def test_says_how_many_units_it_does_not_show(self, client, trio, monkeypatch):
        monkeypatch.setitem(bodies.LATEST, "units", 2)
        OrganizationFactory.create_batch(3, parent=trio[0])

        assert "1 more unit is not shown." in section(read(client, trio[0].get_absolute_url()), "family")

    def test_tells_from_whom_it_is_to_be_told_apart_on_both_pages(self, client, trio):
        first, second = sorted(trio[:2], key=lambda each: each.pk)
        pair = DistinctPair.objects.create(first=first, second=second, reason="one is in Doha")
        trail.record("test.made", pair, by=TESTS)

        for one, other in ((first, second), (second, first)):
            shown = section(read(client, one.get_absolute_url()), "distinct")
            assert shown == f"Not the same as {other.name_en} because one is in Doha"


class TestAMergedOrganization:
    def test_leads_to_the_last_it_was_merged_into_which_says_so(self, client, trio):
        last, middle, first = trio
        Organization.objects.filter(pk=middle.pk).update(merged_into=last)
        Organization.objects.filter(pk=first.pk).update(merged_into=middle)

        answer = client.get(first.get_absolute_url())

        assert (answer.status_code, answer["Location"]) == (301, "/en/organizations/aman/?formerly=cadi")
        html = read(client, answer["Location"])
        assert "Formerly Cadi : that entry was merged into this one." in words(html)
        assert section(html, "merged") == "Merged into this entry Bayti Cadi"

    def test_leaves_its_agreements_to_the_other(self, client, trio):
        last, merged, partner = trio
        owed(agreed(merged, partner, title_en="From before"), merged)
        Organization.objects.filter(pk=merged.pk).update(merged_into=last)

        assert titles(read(client, last.get_absolute_url())) == ["From before"]
        assert counts(read(client, "/en/organizations/?q=aman")) == ["1"]
        assert sides(body(last)) == {"gives": 1}

    def test_is_not_made_up_from_the_address(self, client, trio):
        html = read(client, "/en/organizations/aman/?formerly=bayti")

        assert "Formerly" not in words(html)

    def test_of_two_merged_into_each_other_each_keeps_its_page(self, client, trio):
        one, other, _cadi = trio
        Organization.objects.filter(pk=one.pk).update(merged_into=other)
        Organization.objects.filter(pk=other.pk).update(merged_into=one)

        read(client, one.get_absolute_url())
        read(client, other.get_absolute_url())


class TestThePartnerNetwork:
    @pytest.mark.parametrize(("count", "drawn"), [(0, 0), (1, 1), (12, 12), (13, 12), (30, 12)])
    def test_draws_a_dozen_partners_and_lists_the_others(self, client, trio, count, drawn):
        aman = trio[0]
        for each in OrganizationFactory.create_batch(count, name_en=LONG):
            agreed(aman, each)

        html = read(client, aman.get_absolute_url())

        assert html.count('<circle class="node') == drawn
        assert html.count(f"<title>{LONG}: 1 agreement</title>") == drawn
        shown = section(html, "network")
        more = re.search(r"and (\d+) more partner", shown)
        assert (int(more[1]) if more else 0) == count - drawn
        if not count:
            assert "No partner yet" in shown

    def test_has_a_link_for_each_partner_in_the_drawing_and_in_its_list(self, client, trio):
        aman, bayti, _cadi = trio
        agreed(aman, bayti)

        html = read(client, aman.get_absolute_url())
        drawing = re.search(r'<svg class="ch net".*?</svg>', html, re.DOTALL).group()
        twin = re.search(r'<ol class="netlist">.*?</ol>', html, re.DOTALL).group()

        for each in (drawing, twin):
            assert f'href="{bayti.get_absolute_url()}"' in each
        assert "<title id=" in drawing
        assert "<desc id=" in drawing

    def test_names_partners_in_their_own_script(self, client, trio):
        agreed(trio[0], OrganizationFactory(name_en="", name_ar="الأمل", source_language="ar"))

        assert re.search(r'<text class="txb"[^>]* lang="ar">⁨الأمل⁩</text>', unescaped(client, trio[0]))


def unescaped(client, organization: Organization) -> str:
    return unescape(read(client, organization.get_absolute_url()))


class TestWhatIsToldOfIt:
    def test_lists_its_names_in_every_script_with_their_proof(self, client, trio):
        aman = OrganizationFactory(
            source_language="fr", name_en="The hand", name_fr="La main", name_ar="اليد", short_name_fr="LM"
        )
        alias = AliasFactory(organization=aman, name="Old hand", kind="former")
        source = SourceFactory(text="La main")
        citation = CitationFactory(
            agreement=agreed(aman, trio[0]), of_agreement=None, alias=alias, source=source, end=7
        )

        html = read(client, aman.get_absolute_url())
        rows = re.findall(r"<tr>(.*?)</tr>", re.search(r'id="names".*?</section>', html, re.S)[0], re.S)

        code = citation.agreement.code
        assert [words(each) for each in rows[1:]] == [
            "La main French (of the source) Name none",
            "The hand English Name none",
            "اليد Arabic Name none",
            "LM French (of the source) Short name none",
            f"Old hand English Former name source, La main {code}",
        ]
        assert f"?cite={citation.pk}#c-{citation.pk}" in rows[-1]

    def test_shows_the_quotes_behind_what_sources_say(self, client, trio):
        aman, bayti, _cadi = trio
        claim = ProfileClaim.objects.create(
            organization=aman, about="members", source_language="en", text_en="250 members", as_of="in 2012"
        )
        trail.record("test.made", claim, by=TESTS)
        source = SourceFactory(text="counts 250 members")
        CitationFactory(
            agreement=agreed(aman, bayti), of_agreement=None, profile_claim=claim, source=source, end=18
        )

        shown = section(read(client, aman.get_absolute_url()), "profile")

        assert "Members 250 members (as of in 2012 ) counts 250 members in the source" in shown

    def test_gathers_how_agreements_write_its_name(self, client, trio):
        aman, bayti, _cadi = trio
        codes = []
        for _each in range(2):
            agreement = agreed(aman, bayti)
            Party.objects.filter(agreement=agreement, organization=aman).update(name_as_written="AMAN centre")
            codes.append(agreement.code)

        shown = section(read(client, aman.get_absolute_url()), "spellings")

        assert shown == f"Also written as AMAN centre {codes[1]} {codes[0]}"

    def test_says_in_words_what_there_is_none_of(self, client, trio):
        html = read(client, trio[0].get_absolute_url())

        for name, told in {
            "exchange": "Nothing is given or received",
            "commitments": "No source states that it owes anything.",
            "agreements": "It is party to no agreement you may read.",
            "statements": "No source reports a statement",
            "profile": "No source you may read says anything of it beyond its name.",
            "network": "No partner yet",
            "family": "It belongs to no other body and has no units here.",
            "people": "The sources name nobody who holds an office in it.",
            "spellings": "No agreement writes its name another way.",
            "activities": "No activity of its own is recorded",
        }.items():
            assert told in section(html, name)
        assert words(html).count("Not stated") == 2

    def test_dates_of_an_office_are_as_written_or_not_stated(self, client, trio):
        OfficeFactory(
            organization=trio[0],
            title_en="director",
            since=DateClaim("since the spring", basis=Basis.RELATIVE),
            until=DateClaim(),
        )
        OfficeFactory(organization=trio[0], title_en="treasurer")

        shown = section(read(client, trio[0].get_absolute_url()), "people")

        assert "director From “since the spring” , end not stated" in shown
        assert "treasurer dates not stated" in shown

    def test_shows_the_latest_five_activities_it_organized(self, client, trio):
        aman, bayti, _cadi = trio
        commitment = owed(agreed(aman, bayti), aman)
        for day in range(1, 8):
            activity = ActivityFactory(
                title_en=f"Day {day}", status="held", held=on(2024, 5, day), organizers=[aman]
            )
            FulfilmentFactory(activity=activity, commitment=commitment)

        shown = section(read(client, aman.get_absolute_url()), "activities")

        assert re.findall(r"Day \d", shown) == ["Day 7", "Day 6", "Day 5", "Day 4", "Day 3"]

    @pytest.mark.parametrize("language", ["en", "fr", "ar"])
    def test_holds_with_a_name_of_ninety_letters_in_every_language(self, client, trio, language):
        assert len(LONG) == 90
        long = OrganizationFactory(slug="long", name_en=LONG, parent=trio[0])
        owed(agreed(long, trio[1]), long, text_en="Ω")

        html = read(client, f"/{language}/organizations/long/?scope=subtree")

        assert html.count("<h1") == 1
        levels = [int(each) for each in re.findall(r"<h([1-6])", html)]
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert not re.search(r'\s(?:x|y|r|width|height|x1|cx)="[^"]*[,٫][^"]*"', html)
        identifiers = re.findall(r' id="([^"]+)"', html)
        assert len(identifiers) == len(set(identifiers))


class TestPeople:
    @pytest.mark.parametrize("asked", ["zineb", "ELOUAFI", "directrice", "Aman"])
    def test_are_found_by_name_title_and_organization(self, client, trio, asked):
        zineb = PersonFactory(source_language="fr", name_en="", name_fr="Zineb Élouafi")
        OfficeFactory(person=zineb, organization=trio[0], title_en="", title_fr="Directrice")
        OfficeFactory(person=zineb, organization=trio[0], title_en="head")
        OfficeFactory(organization=trio[1])

        assert titles(read(client, f"/en/people/?q={asked}")) == ["Zineb Élouafi"]

    def test_are_found_by_a_body_above_their_own(self, client, trio):
        office = OfficeFactory(organization=OrganizationFactory(parent=trio[0]))
        OfficeFactory()

        html = read(client, f"/en/people/?organization={trio[0].pk}")

        assert titles(html) == [office.person.name_en]

    def test_say_so_when_nobody_matches(self, client):
        assert "Nobody is named yet" in words(read(client, "/en/people/"))
        assert "Nobody matches" in words(read(client, "/en/people/?q=zebra"))

    def test_stand_under_organizations_in_the_menu(self, client):
        person = PersonFactory()

        for address in ("/en/people/", f"/en/people/{person.pk}/"):
            assert re.search(r'organizations/" aria-current="page"', read(client, address))

    def test_who_is_not_there_is_not_there(self, client):
        read(client, f"/en/people/{uuid4()}/", status=404)

    def test_quoted_and_signing_are_never_mixed(self, client, trio):
        aman, bayti, _cadi = trio
        office = OfficeFactory(organization=aman, title_en="director")
        speaking, signing = agreed(aman, bayti, title_en="Talk"), agreed(aman, bayti, title_en="Ink")
        statement = StatementFactory(agreement=speaking, speaker=office, text_en="it is a good thing")
        citation = CitationFactory(statement=statement, source=SourceFactory(text="good thing"), end=10)
        signatory = Signatory.objects.create(
            party=signing.parties.get(organization=aman), person=office.person, office=office
        )
        trail.record("test.made", signatory, by=TESTS)

        html = read(client, reverse("person", args=[office.person_id]))
        said, signed = section(html, "said"), section(html, "signed")

        assert "Talk" in said
        assert "it is a good thing as director, Aman" in said
        assert "good thing in the source" in said
        assert f"?cite={citation.pk}" in html
        assert "Ink" not in said
        assert signed == f"Signed for Ink {signing.code} A for Aman , as director"
        assert "Talk" not in signed

    def test_one_who_only_speaks_is_no_signatory(self, client):
        office = OfficeFactory()
        StatementFactory(agreement=AgreementFactory(published=True), speaker=office)

        html = read(client, reverse("person", args=[office.person_id]))

        assert "No source you may read names this person as a signatory." in section(html, "signed")

    def test_hidden_agreements_do_not_show(self, client, trio):
        office = OfficeFactory(organization=trio[0])
        hidden = agreed(*trio, confidentiality="restricted", title_en="Secret pact")
        StatementFactory(agreement=hidden, speaker=office)
        signatory = Signatory.objects.create(party=hidden.parties.first(), person=office.person)
        trail.record("test.made", signatory, by=TESTS)
        address = reverse("person", args=[office.person_id])

        assert "Secret pact" not in read(client, address)
        client.force_login(UserFactory(editor=True))
        assert read(client, address).count("Secret pact") == 2


def fill(aman: Organization, bayti: Organization, office, number: int) -> None:
    """So many published agreements of the two, each with what the pages show of one, in one event."""
    reviewer = UserFactory(reviewer=True)
    start = 1 + (Agreement.objects.order_by("number").values_list("number", flat=True).last() or 0)
    agreements = Agreement.objects.bulk_create(
        Agreement(
            number=start + index,
            source_language="en",
            title_en=f"Agreement {index}",
            kind_id="other",
            editorial_state="published",
            reviewed_by=reviewer,
        )
        for index in range(number)
    )
    partners = OrganizationFactory.create_batch(3)
    parties = Party.objects.bulk_create(
        Party(
            agreement=each,
            organization=organization,
            position=place,
            name_as_written=f"Name {each.number}",
        )
        for index, each in enumerate(agreements)
        for place, organization in enumerate((aman, bayti, partners[index % 3]), start=1)
    )
    commitments = Commitment.objects.bulk_create(
        Commitment(agreement=each, number=place, kind_id="other", text_en=f"Do {place}")
        for each in agreements
        for place in (1, 2, 3)
    )
    CommitmentDebtor.objects.bulk_create(
        CommitmentDebtor(commitment=each, party=parties[index]) for index, each in enumerate(commitments)
    )
    CommitmentBeneficiary.objects.bulk_create(
        CommitmentBeneficiary(commitment=each, party=parties[index + 1 if index % 3 == 0 else index - 1])
        for index, each in enumerate(commitments)
    )
    Statement.objects.bulk_create(
        Statement(agreement=each, text_en="Well.", speaker=office, attribution="stated")
        for each in agreements
    )
    Signatory.objects.bulk_create(
        Signatory(party=each, person=office.person, office=office) for each in parties[::3]
    )
    FulfilmentFactory(commitment=commitments[0], activity=ActivityFactory(was_held=True, organizers=[aman]))
    OpenQuestionFactory(agreement=agreements[0], commitment=commitments[0])
    for each in (agreements[0], agreements[-1]):
        CitationFactory(agreement=each, of_agreement=None, office=office)
        CitationFactory(agreement=each, of_agreement=None, organization=aman)
        CitationFactory(statement=each.statements.first())
    OrganizationFactory(parent=aman)
    OfficeFactory(organization=aman)


class TestCosts:
    @pytest.mark.drill
    def test_a_page_asks_as_many_queries_for_three_agreements_as_for_three_hundred(self, client, trio):
        aman, bayti, _cadi = trio
        office = OfficeFactory(organization=aman)
        addresses = [
            "/en/organizations/",
            "/en/organizations/?q=a&order=agreements",
            "/en/organizations/aman/",
            "/en/organizations/aman/?scope=subtree",
            "/en/people/",
            reverse("person", args=[office.person_id]),
        ]
        fill(aman, bayti, office, 3)
        for address in addresses:  # what is asked once a process is not counted
            read(client, address)
        few = {address: asked(client, address) for address in addresses}

        fill(aman, bayti, office, 297)

        assert sides(body(aman)) == {Side.GIVES: 300, Side.RECEIVES: 300}
        assert {address: asked(client, address) for address in addresses} == few
        assert max(few.values()) <= 40


def asked(client, address: str) -> int:
    with CaptureQueriesContext(connection) as told, translation.override("en"):
        read(client, address)
    return len(told)
