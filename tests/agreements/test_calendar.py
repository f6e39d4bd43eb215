"""Due dates, ends, activities and follow-ups as a calendar, read back with a parser; and the private address of one."""

from datetime import date, timedelta

import icalendar
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements.exports import calendar
from agreements.models import Agreement
from agreements.services import desk
from lib.claims import Basis, DateClaim
from organizations import private_addresses
from tests import factories
from tests.agreements.conftest import BY, account

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 22)
MARKER = "SECRET-other"


def claimed(name: str, claim: DateClaim) -> dict:
    return {
        f"{name}_text": claim.text,
        f"{name}_range": claim.range,
        f"{name}_basis": claim.basis,
        f"{name}_note": claim.note,
    }


def due(claim: DateClaim, **more):
    agreement = more.pop("agreement", None) or factories.AgreementFactory(published=True)
    return factories.CommitmentFactory(agreement=agreement, **claimed("due", claim), **more)


def events(agreements=None, *, actor=BY) -> list[icalendar.Event]:
    found = Agreement.objects.visible_to(actor) if agreements is None else agreements
    return list(icalendar.Calendar.from_ical(calendar.calendar(found, actor=actor, on=ON)).walk("VEVENT"))


def fetched(response) -> icalendar.Calendar:
    assert response.status_code == 200, response.content
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-store"
    return icalendar.Calendar.from_ical(response.content)


class TestADate:
    def test_that_is_exact_makes_a_whole_day(self):
        commitment = due(factories.on(2026, 12, 1))

        [event] = events()

        assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 12, 1), date(2026, 12, 2))
        assert event["status"] == "CONFIRMED"
        code = commitment.agreement.code
        assert event["summary"] == f"{code} · A1 due: organise events for children"
        assert event["url"] == f"http://localhost:8000/en/agreements/{code}/#A1"
        assert event["uid"] == f"due-{commitment.pk}@localhost"

    @pytest.mark.parametrize(
        "claim",
        [
            DateClaim("in May", date(2027, 5, 1), date(2027, 5, 31), Basis.STATED),
            DateClaim(
                "", date(2027, 5, 7), date(2027, 5, 7), Basis.DERIVED, "three years after the signature"
            ),
        ],
    )
    def test_that_is_not_sure_to_the_day_is_tentative_and_says_so(self, claim):
        due(claim)

        [event] = events()

        assert event["dtstart"].dt == claim.earliest
        assert event["dtend"].dt == claim.latest + timedelta(days=1)
        assert event["status"] == "TENTATIVE"
        assert "(possibly)" in event["summary"]

    @pytest.mark.parametrize(
        "claim",
        [
            DateClaim("2027", date(2027, 1, 1), date(2027, 12, 31), Basis.STATED),
            DateClaim("before 2028", None, date(2027, 12, 31), Basis.STATED),
            DateClaim("after May", date(2027, 6, 1), None, Basis.STATED),
            DateClaim("next spring", None, None, Basis.RELATIVE),
            DateClaim(),
            DateClaim("open-ended", None, None, Basis.NONE),
        ],
        ids=lambda claim: claim.text or "not stated",
    )
    def test_that_leaves_more_than_a_month_makes_none(self, claim):
        due(claim)

        assert events() == []

    def test_long_past_makes_none(self):
        due(factories.on(2020, 1, 1))

        assert events() == []

    def test_of_the_samples_makes_none(self, both):
        assert events() == []


class TestTheEvents:
    def test_are_ends_activities_and_due_dates(self):
        agreement = factories.AgreementFactory(published=True, **claimed("ends", factories.on(2027, 1, 31)))
        commitment = due(factories.on(2026, 12, 1), agreement=agreement)
        held = factories.ActivityFactory(
            was_held=False, place="Rabat", **claimed("held", factories.on(2026, 11, 30))
        )
        factories.FulfilmentFactory(commitment=commitment, activity=held)

        found = {str(each["uid"]).partition("-")[0]: each for each in events()}

        assert found.keys() == {"end", "due", "activity"}
        assert found["activity"]["status"] == "TENTATIVE"
        assert found["activity"]["location"] == "Rabat"
        assert found["end"]["dtstart"].dt == date(2027, 1, 31)

    def test_tell_an_activity_once_however_much_it_counts_toward(self):
        agreement = factories.AgreementFactory(published=True)
        activity = factories.ActivityFactory(**claimed("held", factories.on(2026, 12, 5)))
        for _each in range(3):
            commitment = factories.CommitmentFactory(agreement=agreement)
            factories.FulfilmentFactory(commitment=commitment, activity=activity)

        assert len(events()) == 1

    def test_end_as_the_renewal_says(self):
        agreement = factories.AgreementFactory(published=True, **claimed("ends", factories.on(2026, 12, 31)))
        factories.LifecycleEventFactory(
            agreement=agreement,
            kind="renewal",
            **claimed("occurred", factories.on(2026, 6, 1)),
            **claimed("ends", factories.on(2028, 12, 31)),
        )

        assert [each["dtstart"].dt for each in events()] == [date(2028, 12, 31)]

    def test_hold_the_follow_ups_of_ones_own_organization_alone(self, client):
        ours, theirs = factories.OrganizationFactory.create_batch(2)
        mine = factories.UserFactory(organization=ours)
        agreement = factories.AgreementFactory(published=True)
        day = timezone.localdate() + timedelta(days=3)
        desk.set_follow_up(agreement_id=agreement.pk, on=day, note="ask for the list", by=mine)

        [event] = events(actor=mine)

        assert event["summary"] == f"{agreement.code} · Follow up: ask for the list"
        assert event["dtstart"].dt == day
        assert events(actor=factories.UserFactory(organization=theirs)) == []

    def test_keep_their_uids_and_change_their_stamp_with_the_record(self):
        commitment = due(factories.on(2026, 12, 1))
        [before] = events()
        assert events()[0].to_ical() == before.to_ical()

        factories.record(commitment.agreement)

        [after] = events()
        assert after["uid"] == before["uid"]
        assert after["dtstamp"].dt >= before["dtstamp"].dt

    @pytest.mark.parametrize("level", ["partners", "restricted"])
    def test_of_what_is_not_public_have_number_and_address_alone(self, level):
        agreement = factories.AgreementFactory(
            published=True,
            confidentiality=level,
            title_en=f"{MARKER} title",
            **claimed("ends", factories.on(2027, 1, 31)),
        )
        due(factories.on(2026, 12, 1), agreement=agreement, text_en=f"{MARKER} text", place=f"{MARKER} place")

        found = events()

        assert sorted(str(each["summary"]) for each in found) == [
            f"{agreement.code} · A1 due",
            f"{agreement.code} · Ends",
        ]
        assert not [each for each in found if MARKER in each.to_ical().decode()]
        assert {str(each["class"]) for each in found} == {"CONFIDENTIAL"}

    def test_keep_every_character(self):
        words = "a, b; c\\d\n«é» عربي 😀 " * 9
        due(factories.on(2026, 12, 1), text_en=words)

        [event] = events()

        assert words in event["summary"]
        assert all(len(line) <= 75 for line in event.to_ical().split(b"\r\n"))


class TestTheFile:
    def test_has_what_the_filter_leaves(self, client, people):
        due(factories.on(2030, 12, 1), agreement=factories.AgreementFactory(published=True, title_en="Alpha"))
        due(factories.on(2030, 12, 2), agreement=factories.AgreementFactory(published=True, title_en="Beta"))
        client.force_login(people["reader"])

        whole = fetched(client.get("/en/agreements/calendar.ics"))
        part = fetched(client.get("/en/agreements/calendar.ics?q=Beta"))

        assert len(whole.walk("VEVENT")) == 2
        assert [each["dtstart"].dt for each in part.walk("VEVENT")] == [date(2030, 12, 2)]
        assert client.get("/en/agreements/calendar.ics?signed_from=soon").status_code == 400

    def test_of_one_agreement_has_its_dates(self, client, people):
        mine = due(factories.on(2030, 12, 1)).agreement
        due(factories.on(2030, 12, 2))
        client.force_login(people["reader"])

        assert len(fetched(client.get(f"/en/agreements/{mine.code}/calendar.ics")).walk("VEVENT")) == 1
        assert client.get("/en/agreements/MQ-9999/calendar.ics").status_code == 404

    def test_costs_the_same_for_any_number_of_dates(self, client, people):
        def queries() -> int:
            with CaptureQueriesContext(connection) as told:
                fetched(client.get("/en/agreements/calendar.ics"))
            return len(told)

        client.force_login(people["reader"])
        due(factories.on(2030, 12, 1))
        queries()
        few = queries()
        for day in range(1, 9):
            due(factories.on(2030, 11, day))

        assert queries() == few


class TestThePrivateAddress:
    @pytest.fixture
    def holder(self):
        return account("reader", factories.OrganizationFactory())

    @pytest.fixture
    def address(self, holder):
        return private_addresses.address("calendar-private", holder).removeprefix("http://localhost:8000")

    def test_gives_what_its_holder_may_read_without_signing_in(self, client, holder, address, settings):
        settings.PUBLIC_READING = False
        both = [holder.organization, factories.OrganizationFactory()]
        own = factories.AgreementFactory(published=True, confidentiality="restricted", parties=both)
        due(factories.on(2030, 12, 1), agreement=own)
        due(
            factories.on(2030, 12, 1),
            agreement=factories.AgreementFactory(published=True, confidentiality="restricted"),
        )

        found = fetched(client.get(address)).walk("VEVENT")

        assert [str(each["summary"]) for each in found] == [f"{own.code} · A1 due"]
        assert client.get("/en/agreements/calendar.ics").status_code == 302

    def test_is_shown_to_its_holder_alone(self, client, holder, address):
        client.force_login(holder)
        assert address in client.get("/en/account/digest/").content.decode()

        client.force_login(factories.UserFactory())
        assert address not in client.get("/en/account/digest/").content.decode()

    def test_dies_with_the_password(self, client, holder, address):
        holder.set_password("another olive tree")
        holder.save()

        assert client.get(address).status_code == 404

    def test_dies_with_the_account(self, client, holder, address):
        holder.is_active = False
        holder.save()

        assert client.get(address).status_code == 404

    def test_opens_nothing_when_it_is_made_up(self, client, holder, address):
        start, _slash, _signature = address.rpartition("/")
        other = factories.UserFactory()

        assert client.get(f"{start}/{'A' * 43}.ics").status_code == 404
        assert client.get(address.replace(str(holder.pk), str(other.pk))).status_code == 404
        assert (
            client.get(address.replace(str(holder.pk), str(BY.pk or holder.organization_id))).status_code
            == 404
        )

    def test_opens_no_other_door(self, client, holder, address):
        signature = address.rpartition("/")[2].removesuffix(".ics")

        assert client.post(f"/en/account/digest/stop/{holder.pk}/{signature}/").status_code == 404
