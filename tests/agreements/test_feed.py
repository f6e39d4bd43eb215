"""The changes as Atom, read back with an XML parser."""

import xml.etree.ElementTree as ElementTree
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements import services
from agreements.services import desk
from tests import factories
from tests.agreements.conftest import BY

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
MARKER = "SECRET-other"


def feed(client, query: str = "", language: str = "en") -> ElementTree.Element:
    response = client.get(f"/{language}/agreements/changes.atom{query}")
    assert response.status_code == 200, response.content
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-store"
    return ElementTree.fromstring(response.content)  # noqa: S314 – our own


def titles(root: ElementTree.Element) -> list[str]:
    return [each.findtext(f"{ATOM}title") for each in root.iter(f"{ATOM}entry")]


def written(root: ElementTree.Element) -> str:
    return ElementTree.tostring(root, encoding="unicode")


@pytest.fixture
def published(people):
    """An agreement entered by the contributor and published by the reviewer."""
    agreement = services.register(factories.dossier(), by=people["contributor"])
    services.submit(agreement.pk, by=people["contributor"])
    return services.publish(agreement.pk, by=people["reviewer"])


@pytest.fixture
def reader(client, people):
    client.force_login(people["reader"])
    return people["reader"]


class TestTheFeed:
    def test_says_what_happened_the_latest_first(self, client, reader, published):
        root = feed(client)

        assert titles(root) == [
            f"{published.code} · Published",
            f"{published.code} · Entered in the registry",
        ]
        times = [each.findtext(f"{ATOM}updated") for each in root.iter(f"{ATOM}entry")]
        assert times == sorted(times, reverse=True)
        assert root.findtext(f"{ATOM}updated") == times[0]

    def test_points_at_itself_and_at_the_page(self, client, reader, published):
        root = feed(client, "?kind=cooperation_agreement")

        links = {each.get("rel"): each.get("href") for each in root.findall(f"{ATOM}link")}
        assert links == {
            "self": "http://localhost:8000/en/agreements/changes.atom?kind=cooperation_agreement",
            "alternate": "http://localhost:8000/en/agreements/?kind=cooperation_agreement",
        }
        [page] = {each.find(f"{ATOM}link").get("href") for each in root.iter(f"{ATOM}entry")}
        assert page == f"http://localhost:8000/en/agreements/{published.code}/"

    def test_names_each_change_once_for_ever(self, client, reader, published):
        names = [each.findtext(f"{ATOM}id") for each in feed(client).iter(f"{ATOM}entry")]

        assert len(set(names)) == 2
        assert all(each.startswith("tag:localhost,20") for each in names)
        assert names == [
            each.findtext(f"{ATOM}id")
            for each in feed(client, "?kind=cooperation_agreement", "fr").iter(f"{ATOM}entry")
        ]

    @pytest.mark.parametrize("language", ["en", "fr", "ar"])
    def test_speaks_the_language_of_its_address(self, client, reader, published, language):
        root = feed(client, language=language)

        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == language

    def test_follows_the_filter(self, client, reader, published):
        assert titles(feed(client, "?kind=framework_agreement")) == []
        assert client.get("/en/agreements/changes.atom?signed_from=soon").status_code == 400

    def test_names_people_to_those_who_may_read_the_history(self, client, people, published):
        client.force_login(people["contributor"])
        told = written(feed(client))
        assert people["reviewer"].name in told
        assert f"{published.code} · Sent to review" in told

        client.force_login(people["reader"])
        told = written(feed(client))
        assert people["reviewer"].name not in told
        assert "Sent to review" not in told

    def test_leaves_out_what_stands_on_somebodys_desk(self, client, people, published):
        client.force_login(people["editor"])
        before = titles(feed(client))
        desk.follow(published.pk, by=people["editor"])
        day = timezone.localdate() + timedelta(days=1)
        desk.set_follow_up(agreement_id=published.pk, on=day, note=MARKER, by=people["editor"])

        assert titles(feed(client)) == before

    def test_is_silent_on_what_one_may_not_read(self, client, people):
        factories.AgreementFactory(published=True, confidentiality="restricted", title_en=MARKER)
        client.force_login(people["reader"])
        assert titles(feed(client)) == []

        client.force_login(people["editor"])
        assert MARKER in written(feed(client))

    def test_takes_a_title_for_text(self, client, reader):
        factories.AgreementFactory(published=True, title_en="<script>alert(1)</script> & \x07 co")

        [entry] = feed(client).iter(f"{ATOM}entry")

        assert entry.findtext(f"{ATOM}summary") == "&lt;script&gt;alert(1)&lt;/script&gt; &amp; \ufffd co"

    def test_costs_the_same_for_any_number_of_changes(self, client, reader, published):
        def queries() -> int:
            with CaptureQueriesContext(connection) as told:
                feed(client)
            return len(told)

        queries()
        few = queries()
        for _each in range(5):
            factories.record(factories.AgreementFactory(published=True))

        assert queries() == few
        assert BY.pk is None
