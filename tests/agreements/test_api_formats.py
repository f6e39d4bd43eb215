"""In which format the API answers: what was asked for, by name or by header, or a refusal that says what there is."""

import icalendar
import pytest
from defusedxml import ElementTree

from agreements.models import Agreement
from lib import formats
from organizations.models import Organization
from tests.agreements.conftest import bearer
from tests.factories import (
    ActivityFactory,
    AgreementFactory,
    FulfilmentFactory,
    OrganizationFactory,
    on,
)

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ATOM = "{http://www.w3.org/2005/Atom}"


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.fixture
def ask(client, settings):
    settings.PUBLIC_READING = True

    def get(path: str, accept: str = "", **headers: str):
        given = {"Accept": accept} if accept else {}
        return client.get(f"/api/v1/{path}", headers=given | headers)

    return get


class TestPreference:
    """What the header Accept wants most."""

    OFFERED = [formats.Json(), *(formats.Other(formats.FORMATS[name]) for name in ("csv", "iati", "html"))]

    @pytest.mark.parametrize(
        ("header", "given"),
        [
            ("", "json"),
            ("*/*", "json"),
            (BROWSER, "html"),
            ("text/html, application/json", "html"),
            ("application/json, text/html", "json"),
            ("application/json;q=0.4, text/csv;q=0.5", "csv"),
            ("text/*", "csv"),
            ("text/*, text/csv;q=0", "iati"),
            ("application/json;q=0, */*", "csv"),
            ("*/*, application/json;q=0.1", "csv"),
            ("text/csv; header=present", "csv"),
            ("application/vnd.iati.activities+xml", "iati"),
            ("APPLICATION/JSON", "json"),
            ("text/csv;q=loud, application/json;q=0.1", "json"),
            ("application/pdf, */*;q=0.1", "json"),
            ("application/pdf", None),
            ("application/json;q=0", None),
            ("*/*;q=0", None),
        ],
    )
    def test_is_the_closest_range_and_then_the_first(self, header, given):
        found = formats.preferred(header, self.OFFERED)

        assert (found and found.format) == given


@pytest.mark.django_db
@pytest.mark.usefixtures("entered")
class TestAnAddress:
    def test_tells_what_it_offers_where_that_is_not_what_was_asked_for(self, ask):
        for answer in (ask("parties?format=ics"), ask("parties", "application/pdf")):
            told = answer.json()

            assert (answer.status_code, answer["Content-Type"]) == (406, "application/problem+json")
            assert told["type"].endswith("/problems/not-acceptable")
            assert {"format": "json", "type": "application/json"} in told["formats"]
            assert {"format": "csv", "type": "text/csv"} in told["formats"]

    def test_answers_in_json_when_nobody_asks(self, ask):
        answer = ask("agreements")

        assert answer["Content-Type"] == "application/json; charset=utf-8"
        assert "Accept" in answer["Vary"]

    @pytest.mark.parametrize("format", [each for each in formats.FORMATS if each not in {"html", "iati"}])
    def test_gives_the_same_by_name_and_by_header(self, ask, both, format):
        by_name = ask(f"agreements?format={format}")
        by_header = ask("agreements", formats.FORMATS[format].media_type)

        assert by_name.status_code == by_header.status_code == 200
        assert by_name["Content-Type"] == by_header["Content-Type"] == formats.FORMATS[format].content_type
        assert "Accept" in by_header["Vary"]
        body(by_name), body(by_header)

    def test_the_name_goes_before_the_header(self, ask):
        assert ask("agreements?format=json", "text/csv")["Content-Type"].startswith("application/json")

    def test_refusals_are_problems_whatever_was_asked_for(self, ask, both):
        for path, status in (
            ("agreements?format=csv&stat=x", 400),
            ("agreements?format=ics&page_size=5", 400),
            ("agreements/01a203c0-da18-7e12-bac3-4c2326a06b63?format=html", 404),
            ("organizations/01a203c0-da18-7e12-bac3-4c2326a06b63?format=jsonld", 404),
        ):
            answer = ask(path)
            assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), path
        answer = ask("agreements/01a203c0-da18-7e12-bac3-4c2326a06b63", BROWSER)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")

    def test_a_write_is_answered_in_json_alone(self, client, both):
        headers = bearer(both[0].parties.first().organization, "partner_system")
        answer = client.post("/api/v1/agreements?format=csv", {}, "application/json", headers=headers)

        assert answer.status_code == 406
        assert [each["format"] for each in answer.json()["formats"]] == ["json"]

    def test_the_tag_of_a_document_names_its_format(self, ask, both):
        address = f"agreements/{both[0].pk}"
        tags = {format: ask(f"{address}?format={format}")["ETag"] for format in ("json", "jsonld")}

        assert tags == {each: f'"{both[0].version}-en-{each}"' for each in ("json", "jsonld")}
        unchanged = ask(f"{address}?format=jsonld", **{"If-None-Match": tags["jsonld"]})
        assert unchanged.status_code == 304
        assert ask(f"{address}?format=json", **{"If-None-Match": tags["jsonld"]}).status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("entered")
class TestABrowser:
    def test_is_led_to_the_page_of_a_record_in_its_language(self, ask, both):
        commitment = both[0].commitments.first()
        activity = ActivityFactory()
        FulfilmentFactory(activity=activity, commitment=commitment)
        office = both[0].statements.exclude(speaker=None).first().speaker
        party = both[0].parties.first().organization
        for path, page in (
            (f"agreements/{both[0].pk}", f"agreements/{both[0].code}/"),
            (f"organizations/{party.pk}", f"organizations/{party.slug}/"),
            (f"people/{office.person_id}", f"people/{office.person_id}/"),
            (f"activities/{activity.pk}", f"activities/{activity.pk}/"),
            (f"commitments/{commitment.pk}", f"commitments/{commitment.pk}/"),
        ):
            answer = ask(path, BROWSER, **{"Accept-Language": "fr"})
            assert (answer.status_code, answer["Location"]) == (303, f"http://localhost:8000/fr/{page}")
            assert "Accept" in answer["Vary"]
            assert ask(f"{path}?format=html&language=ar")["Location"] == f"http://localhost:8000/ar/{page}"

    def test_is_led_to_the_list_with_the_same_filters(self, ask, both):
        answer = ask("agreements?lacks=ends&order=signed&format=html")

        assert answer["Location"] == "http://localhost:8000/en/agreements/?lacks=ends&order=signed"
        assert ask("agreements?format=html&page_size=3").status_code == 400

    def test_gets_json_where_there_is_no_page(self, ask, both):
        assert ask("statements", BROWSER)["Content-Type"].startswith("application/json")

    def test_of_a_merged_record_is_led_to_the_page_that_tells_of_it(self, ask, both):
        kept, merged = OrganizationFactory(), OrganizationFactory()
        Organization.objects.filter(pk=merged.pk).update(merged_into=kept)

        answer = ask(f"organizations/{merged.pk}", BROWSER)

        assert answer.status_code == 303
        assert answer["Location"] == f"http://localhost:8000/en/organizations/{merged.slug}/"

    def test_of_a_duplicate_is_led_on_and_never_shown_json_as_a_page(self, ask):
        kept = AgreementFactory(published=True, title_en="<script>alert(1)</script>")
        duplicate = AgreementFactory(published=True)
        Agreement.objects.filter(pk=duplicate.pk).update(duplicate_of=kept)

        answer = ask(f"agreements/{duplicate.pk}", BROWSER)

        assert answer.status_code == 308
        assert answer["Location"].endswith(f"/api/v1/agreements/{kept.pk}")
        assert answer["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.django_db
@pytest.mark.usefixtures("entered")
class TestCalendarAndFeed:
    def test_hold_what_their_reader_may_read(self, ask, client, both):
        party = both[0].parties.first().organization
        hidden = AgreementFactory(
            published=True,
            parties=[party, OrganizationFactory()],
            confidentiality="restricted",
            ends=on(2027, 1, 5),
        )
        shown = AgreementFactory(published=True, ends=on(2027, 2, 5))
        headers = bearer(party, "partner_system")

        def codes(answer) -> set[str]:
            events = icalendar.Calendar.from_ical(body(answer)).walk("VEVENT")
            return {str(each["SUMMARY"]).split(" ")[0] for each in events}

        assert codes(ask("agreements?format=ics")) == {shown.code}
        assert codes(ask("agreements?format=ics", **headers)) == {shown.code, hidden.code}
        assert codes(ask(f"agreements/{shown.pk}", "text/calendar")) == {shown.code}
        assert ask(f"agreements/{hidden.pk}?format=ics").status_code == 404

    def test_the_feed_has_the_filters_of_its_address(self, ask, both):
        answer = ask(f"agreements?format=atom&only={both[1].code}")
        feed = ElementTree.fromstring(body(answer))

        titles = {each.find(f"{ATOM}title").text for each in feed.iter(f"{ATOM}entry")}
        assert titles
        assert all(each.startswith(both[1].code) for each in titles)
        links = {each.get("rel"): each.get("href") for each in feed.findall(f"{ATOM}link")}
        assert links["self"] == f"http://localhost:8000/api/v1/agreements?format=atom&only={both[1].code}"
        assert links["alternate"] == f"http://localhost:8000/en/agreements/?only={both[1].code}"

    def test_nobody_keeps_what_was_written_for_one_reader(self, ask, both):
        for format in ("csv", "xlsx", "zip", "ics", "atom"):
            answer = ask(f"agreements?format={format}")
            assert answer["Cache-Control"] == "private, no-store"
            body(answer)
