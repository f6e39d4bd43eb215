"""The list, the month and the page of an activity: what they show, to whom, and at what cost."""

import re
from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import lib.facets
from activities import services
from activities.models import Activity, ActivityOrganizer, Fulfilment, Participation
from activities.queries import browsing, with_details
from agreements.models import Commitment
from audit import trail
from lib.claims import Basis, DateClaim
from lib.months import Month
from organizations.models import System
from tests.activities.conftest import signed_in
from tests.factories import (
    ActivityFactory,
    CommitmentFactory,
    FulfilmentFactory,
    OrganizationFactory,
    UserFactory,
    on,
)

pytestmark = pytest.mark.django_db

MAY = DateClaim("in May", date(2024, 5, 1), date(2024, 5, 31), Basis.STATED)
LIST, MONTH = "/en/activities/", "/en/activities/?look=month&month=2024-05"


def titles(response) -> list[str]:
    return re.findall(r'class="what" href="[^"]+">([^<]+)<', response.content.decode())


@pytest.fixture
def reader():
    return signed_in(UserFactory())


@pytest.fixture
def counted(commitment, parties):
    """Makes an activity that counts towards the commitment."""

    def make(title="An open day", **changes) -> Activity:
        activity = ActivityFactory(title_en=title, organizers=[parties[0]], **changes)
        FulfilmentFactory(activity=activity, commitment=commitment)
        return activity

    return make


class TestTheList:
    def test_stands_latest_first_with_the_undated_last(self, reader, counted):
        counted("old", held=on(2020, 1, 1))
        counted("undated")
        counted("new", held=on(2024, 1, 1))
        counted("month", held=MAY)

        assert titles(reader.get(LIST)) == ["month", "new", "old", "undated"]

    def test_goes_on_from_page_to_page_without_losing_the_undated(self, reader, counted, monkeypatch):
        monkeypatch.setattr("activities.views.browse.PAGE_SIZE", 2)
        for number in range(3):
            counted(f"dated {number}", held=on(2024, 1, 1))
            counted(f"undated {number}")
        seen, address = [], LIST
        while address:
            page = reader.get(address)
            seen += titles(page)
            cursor = page.context["page"].next
            address = f"{LIST}?cursor={cursor}" if cursor else ""

        assert len(seen) == 6
        assert len(set(seen)) == 6
        assert [each.split()[0] for each in seen] == ["dated"] * 3 + ["undated"] * 3

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("status=planned", ["b"]),
            ("status=planned&status=held", ["a", "b", "c"]),
            ("kind=training", ["c"]),
            ("q=MEKNES", ["a"]),
            ("held_from=2024-05-18&held_to=2024-05-18", ["a", "b"]),
            ("held_from=2024-05-18&held_to=2024-05-18&held_match=certain", ["a"]),
            ("held=unknown", ["c"]),
        ],
    )
    def test_is_narrowed_by_its_filters_as_the_api_is(self, reader, counted, asked, found):
        counted("a", was_held=True, place="Meknès")
        counted("b", held=MAY)
        counted("c", status="held", kind_id="training")

        assert sorted(titles(reader.get(f"{LIST}?{asked}"))) == found
        answer = reader.get(f"/api/v1/activities?{asked}")
        assert sorted(each["titles"]["en"] for each in answer.json()["results"]) == found

    def test_is_narrowed_by_what_it_counts_toward_and_who_holds_it(
        self, reader, counted, commitment, parties
    ):
        counted("ours")
        FulfilmentFactory(commitment=CommitmentFactory(agreement=commitment.agreement))

        for asked in (f"commitment={commitment.pk}", f"organization={parties[0].pk}"):
            assert titles(reader.get(f"{LIST}?{asked}")) == ["ours"]
        assert len(titles(reader.get(f"{LIST}?agreement={commitment.agreement_id}"))) == 2

    @pytest.mark.parametrize(
        "asked", ["held_from=x", "status=perhaps", "kind=x", "agreement=x", "commitment=x"]
    )
    def test_says_which_filter_it_does_not_understand(self, reader, counted, asked):
        counted("a")
        page = reader.get(f"{LIST}?{asked}")

        assert "This filter cannot be understood" in page.content.decode()
        assert titles(page) == []
        assert reader.get(f"/api/v1/activities?{asked}").status_code == 400

    def test_refuses_a_parameter_of_the_api_that_means_nothing(self, reader):
        assert reader.get("/api/v1/activities?statu=held").status_code == 400

    def test_counts_what_each_value_of_a_filter_would_leave(self, reader, counted):
        counted("a", was_held=True)
        counted("b")
        counted("c")

        facets = {each.name: each for each in reader.get(f"{LIST}?status=held").context["facets"]}

        assert {each.value: each.number for each in facets["status"].options} == {"held": 1, "planned": 2}
        assert [(each.value, each.number) for each in facets["kind"].options] == [("event", 1)]

    def test_offers_the_busiest_holders_the_chosen_one_and_the_rest_on_demand(
        self, reader, commitment, monkeypatch
    ):
        *busy, idle, stranger = OrganizationFactory.create_batch(11)
        for each in (*busy, *busy, idle):
            FulfilmentFactory(activity=ActivityFactory(organizers=[each]), commitment=commitment)

        def holders(asked: str):
            facets = {each.name: each for each in reader.get(f"{LIST}?{asked}").context["facets"]}
            return facets["organization"]

        few = holders(f"organization={idle.pk}")
        assert {each.value: each.number for each in few.options if each.chosen} == {str(idle.pk): 1}
        assert (len(few.options), few.more) == (9, 1)
        assert [each.number for each in holders("more=organization").options] == [2] * 9 + [1]
        assert "2 more values" in reader.get(LIST + "?look=month").content.decode()
        monkeypatch.setattr(lib.facets, "MOST", 1)
        assert [each.number for each in holders(f"organization={idle.pk}").options] == [2, 1]
        assert [each.number for each in holders(f"organization={stranger.pk}").options] == [2, 0]

    @pytest.mark.parametrize("many", [False, True])
    def test_counts_in_the_newest_and_says_so_where_there_are_more(self, reader, counted, monkeypatch, many):
        for _each in range(3 + many):
            counted(kind_id="training")
        counted("An open day", was_held=True)
        counted("Another", was_held=True)
        monkeypatch.setattr(lib.facets, "LOOKED_AT", 5)

        page = reader.get(LIST)
        told = {
            facet.name: {each.label: (each.number, each.more) for each in facet.options}
            for facet in page.context["facets"]
        }
        kinds = {"training": (3, many), "event": (2, many)}
        assert {each: told["kind"][each] for each in kinds} == kinds
        assert {each.value: each.number for each in page.context["facets"][0].options}["held"] == 2
        assert [each.number for each in page.context["facets"][2].options] == [5]
        said = re.search(r'role="status" class="strong">([^<]+)<', page.content.decode())[1]
        assert said == ("More than 5 activities" if many else "5 activities")
        assert ("Numbers with a plus" in page.content.decode()) is many

    def test_counts_for_a_chosen_value_what_was_found_without_it(self, reader, counted, monkeypatch):
        for _each in range(3):
            counted()
        counted(was_held=True)
        monkeypatch.setattr(lib.facets, "LOOKED_AT", 3)

        page = reader.get(f"{LIST}?status=held")
        assert (page.context["total"].number, page.context["total"].more) == (1, False)
        assert {facet.name: facet.capped for facet in page.context["facets"]} == {
            "status": True,
            "kind": False,
            "organization": False,
        }

    @pytest.mark.parametrize("asked", ["look=year", "cursor=x", "look=month&month=2024-13"])
    def test_is_not_there_under_a_wrong_address(self, reader, asked):
        assert reader.get(f"{LIST}?{asked}").status_code == 404


class TestTheMonth:
    def page(self):
        visible = with_details(Activity.objects.all(), actor=System("tests"))
        today = date(2024, 5, 18)
        return browsing.month_page(visible, Commitment.objects.all(), month=Month(2024, 5), on=today)

    def test_shows_an_exact_day_in_its_cell_and_marks_today(self, counted):
        activity = counted(was_held=True)
        [cell] = [day for week in self.page().weeks for day in week if day.entries]

        assert (cell.day, cell.today) == (date(2024, 5, 18), True)
        assert [each.activity for each in cell.entries] == [activity]

    @pytest.mark.parametrize(
        "held",
        [
            MAY,
            DateClaim("2024", date(2024, 1, 1), date(2024, 12, 31), Basis.STATED),
            DateClaim("a weekend", date(2024, 5, 18), date(2024, 5, 19), Basis.STATED),
            DateClaim("since May", date(2024, 5, 1), None, Basis.STATED),
        ],
    )
    def test_puts_no_date_that_is_not_exact_on_a_day(self, counted, held):
        activity = counted(held=held)
        page = self.page()

        assert [each.activity for each in page.loose] == [activity]
        assert not any(day.entries for week in page.weeks for day in week)

    def test_shows_the_deadlines_of_commitments_and_which_have_passed(self, commitment):
        late = CommitmentFactory(agreement=commitment.agreement, due=on(2024, 5, 2))
        ahead = CommitmentFactory(agreement=commitment.agreement, due=on(2024, 5, 30))
        entries = [each for week in self.page().weeks for day in week for each in day.entries]

        assert [(each.commitment, each.is_overdue) for each in entries] == [(late, True), (ahead, False)]

    def test_leaves_the_deadlines_out_under_a_filter_that_only_activities_know(self, reader, commitment):
        CommitmentFactory(agreement=commitment.agreement, due=on(2024, 5, 2))

        assert "Deadline" in reader.get(MONTH).content.decode()
        assert "Deadline" not in reader.get(f"{MONTH}&status=held").content.decode()

    def test_is_a_table_with_heads_from_monday(self, reader, counted):
        counted("On that day", was_held=True)
        text = reader.get(MONTH).content.decode()

        heads = re.findall(r'<th scope="col"><abbr title="(\w+)"', text)
        assert heads == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        cell = re.search(r'<td class=" has"><time class="dn" datetime="2024-05-18">.*?</td>', text, re.DOTALL)
        assert "On that day" in cell[0]

    def test_turns_to_its_neighbours_and_keeps_the_filters(self, reader):
        text = reader.get(f"{MONTH}&status=held").content.decode()

        for rel, month in (("prev", "2024-04"), ("next", "2024-06")):
            [query] = re.findall(rf'rel="{rel}" href="\?([^"]+)"', text)
            assert "status=held" in query
            assert f"month={month}" in query

    def test_names_its_months_in_arabic_as_morocco_does(self, reader):
        assert "ماي 2024" in reader.get(MONTH.replace("/en/", "/ar/")).content.decode()


class TestAnActivity:
    def test_tells_not_stated_from_nobody(self, reader, counted):
        activity = counted(was_held=True)
        Participation.objects.create(activity=activity, target_group_id="children", sex="female", number=0)
        trail.record("tests.made", activity, by=System("tests"))
        text = reader.get(activity.get_absolute_url()).content.decode()

        cells = re.findall(r'<td class="num">(?:<span class="not">)?([^<]+)<', text)
        assert cells == ["0", "Not stated", "Not stated"]

    def test_says_that_nothing_is_known_of_whom_it_reached(self, reader, counted):
        assert (
            "How many were reached is not stated" in reader.get(counted().get_absolute_url()).content.decode()
        )

    def test_is_not_there_for_whoever_may_not_read_it(self, reader, secret):
        activity = FulfilmentFactory(commitment=secret).activity

        assert reader.get(activity.get_absolute_url()).status_code == 404

    def test_shows_its_history_to_whoever_may_read_histories(self, reader, counted, member):
        activity = counted()

        assert 'id="history"' not in reader.get(activity.get_absolute_url()).content.decode()
        assert 'id="history"' in signed_in(member).get(activity.get_absolute_url()).content.decode()


class TestARestrictedAgreement:
    def test_is_named_on_no_page_of_an_activity_that_counts_toward_another_too(self, reader, counted, secret):
        activity = counted(was_held=True)
        FulfilmentFactory(activity=activity, commitment=secret)
        CommitmentFactory(agreement=secret.agreement, due=on(2024, 5, 20), text_en="A secret promise")
        pages = [LIST, MONTH, activity.get_absolute_url(), "/api/v1/activities"]

        for address in pages:
            text = reader.get(address).content.decode()
            assert "An open day" in text
            assert "secret" not in text.lower()
            assert secret.agreement.code not in text

    def test_is_no_value_of_a_filter(self, reader, secret):
        for name, key in (("agreement", secret.agreement_id), ("commitment", secret.pk)):
            assert "cannot be understood" in reader.get(f"{LIST}?{name}={key}").content.decode()


class TestEvidence:
    @pytest.fixture
    def evidence(self, counted, member):
        return services.attach_evidence(
            ContentFile(b"%PDF-1.7 proof"), name="été صيف.pdf", activity=counted(), by=member
        )

    def test_is_a_download_that_no_browser_runs_or_keeps(self, reader, evidence):
        answer = reader.get(reverse("evidence", args=[evidence.pk]))

        assert b"".join(answer.streaming_content) == b"%PDF-1.7 proof"
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%C3%A9t%C3%A9%20")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Content-Type"] == "application/octet-stream"

    def test_is_not_there_for_whoever_may_not_read_what_it_shows(self, reader, secret, evidence):
        organizer = secret.agreement.parties.first().organization
        activity = FulfilmentFactory(commitment=secret).activity
        by = UserFactory(editor=True, organization=organizer)
        hidden = services.attach_evidence(ContentFile(b"words"), name="a.txt", activity=activity, by=by)

        assert reader.get(reverse("evidence", args=[hidden.pk])).status_code == 404
        assert signed_in(by).get(reverse("evidence", args=[hidden.pk])).getvalue() == b"words"

    def test_is_closed_with_the_registry(self, evidence, settings):
        settings.PUBLIC_READING = False

        assert Client().get(reverse("evidence", args=[evidence.pk])).status_code == 302

    def test_is_not_there_when_its_file_is_gone(self, reader, evidence):
        evidence.file.storage.delete(evidence.file.name)

        assert reader.get(reverse("evidence", args=[evidence.pk])).status_code == 404


@pytest.mark.drill
def test_every_page_asks_the_same_number_of_queries_for_ten_activities_and_for_a_thousand(
    member, commitment, parties
):
    client = signed_in(member)
    place = OrganizationFactory()

    def fill(number: int) -> Activity:
        rows = Activity.objects.bulk_create(
            Activity(
                source_language="en",
                title_en=f"Number {index}",
                kind_id="event",
                status="held",
                held=on(2024, 5, 1 + index % 28),
            )
            for index in range(number)
        )
        ActivityOrganizer.objects.bulk_create(
            ActivityOrganizer(activity=each, organization=body)
            for each in rows
            for body in (place, parties[0])
        )
        Fulfilment.objects.bulk_create(Fulfilment(activity=each, commitment=commitment) for each in rows)
        Participation.objects.bulk_create(Participation(activity=each, number=1) for each in rows)
        trail.record("tests.filled", rows[0], by=System("tests"))
        return rows[0]

    one = fill(10)
    addresses = [
        LIST,
        f"{LIST}?q=number&status=held&held_from=2024",
        MONTH,
        one.get_absolute_url(),
        f"{one.get_absolute_url()}edit/",
        "/en/activities/report/",
        reverse("commitment", args=[commitment.pk]),
        "/api/v1/activities?status=held",
    ]

    def asked() -> dict[str, int]:
        counts = {}
        for address in addresses:
            with CaptureQueriesContext(connection) as told:
                assert client.get(address).status_code == 200
            counts[address] = len(told)
        return counts

    asked()  # what is asked once a process is not counted
    few = asked()
    fill(1000)

    assert asked() == few
    assert max(few.values()) <= 70
