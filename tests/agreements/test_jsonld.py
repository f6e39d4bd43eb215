"""The linked data: it expands with our own context alone, and says what the JSON says."""

import json
import re
from datetime import date

import pytest
from django.urls import Resolver404, resolve
from pyld import jsonld

from lib import languages, linked
from lib.claims import Basis, DateClaim
from tests.factories import ActivityFactory, AgreementFactory, FulfilmentFactory

pytestmark = pytest.mark.django_db
HOUSE = "http://localhost:8000"
DAY = date(2012, 5, 18)
KNOWN = {
    *linked._OF_SCHEMA,
    *linked._TEXTS,
    *linked._ADDRESSES,
    *linked._DAYS,
    "text",
    "Date",
    "EventScheduled",
}
OURS = re.compile(rf"{HOUSE}(/\S*)")


@pytest.fixture
def read(client, settings):
    """Asks the API for linked data; the document, and the same expanded with the context that the registry serves."""
    settings.PUBLIC_READING = True

    def ask(path: str):
        answer = client.get(f"/api/v1/{path}", headers={"Accept": "application/ld+json"})
        assert answer.status_code == 200, answer.content
        assert answer["Content-Type"] == "application/ld+json; charset=utf-8"
        document = answer.json()

        def load(address: str, options) -> dict:
            assert address == f"{HOUSE}/ns/mithaq.jsonld", "nothing else is fetched"
            context = client.get("/ns/mithaq.jsonld")
            assert context["Content-Type"] == "application/ld+json"
            return {"contextUrl": None, "documentUrl": address, "document": context.json()}

        return document, jsonld.expand(document, {"documentLoader": load})

    return ask


def everything(node, found=None) -> set[str]:
    """Every address in expanded linked data: of nodes, of classes, of properties, of kinds of values."""
    found = set() if found is None else found
    if isinstance(node, list):
        for each in node:
            everything(each, found)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in {"@id", "@type"}:
                found |= {value} if isinstance(value, str) else set(value)
            elif not name.startswith("@"):
                found.add(name)
                everything(value, found)
    return found


def strangers(node, terms=None) -> set[str]:
    """The members that the context does not know: expanding drops them silently."""
    terms = terms or linked.context()["@context"]
    if isinstance(node, list):
        return {name for each in node for name in strangers(each, terms)}
    if not isinstance(node, dict):
        return set()
    found = set()
    for name, below in node.items():
        if name not in terms and not name.startswith("@"):
            found.add(name)
        elif isinstance(terms.get(name), dict) and terms[name].get("@container") == "@language":
            found |= below.keys() - set(languages.CODES)
        elif name != "@context":
            found |= strangers(below, terms)
    return found


@pytest.mark.usefixtures("entered")
class TestAnAgreement:
    @pytest.mark.parametrize("query", ["", "?expand=proof"])
    def test_leads_to_nothing_but_our_addresses_and_terms_of_schema_org(self, both, read, client, query):
        for each in both:
            _document, expanded = read(f"agreements/{each.pk}{query}")
            for address in everything(expanded):
                ours = OURS.fullmatch(address)
                if ours and not ours[1].startswith("/ns#"):
                    try:
                        resolve(ours[1].split("?")[0])
                    except Resolver404:
                        pytest.fail(f"{address} leads nowhere")
                elif ours:
                    assert address.removeprefix(linked.namespace()) in {**linked.CLASSES, **linked.PROPERTIES}
                elif address.startswith(linked.SCHEMA):
                    assert address.removeprefix(linked.SCHEMA) in KNOWN
                else:
                    pytest.fail(f"{address} is nobody’s that we know")

    def test_tells_every_member_that_says_something(self, both, read):
        for each in both:
            document, _expanded = read(f"agreements/{each.pk}?expand=proof")

            assert not strangers(document)

    def test_says_who_owes_what(self, both, read):
        document, _expanded = read(f"agreements/{both[0].pk}")

        owed = document["potentialAction"]
        assert [each["identifier"] for each in owed] == ["J1", "J2", "J3", "J4", "J5"]
        assert all(each["joint"] and len(each["agent"]) == 2 for each in owed)
        assert document["name"]["en"] == both[0].title_en
        assert document["@type"] == ["CreativeWork", "Agreement"]

    def test_tells_a_date_as_it_is_claimed_and_a_day_only_where_it_is_stated(self, both, read):
        document, _expanded = read(f"agreements/{both[0].pk}")
        assert document["signed"] == {"@type": "DateClaim", "stated": "yesterday", "basis": "relative"}
        assert not {"dateCreated", "expires", "ends"} & document.keys()

        exact = DateClaim("18 mai 2012", *[DAY] * 2, Basis.STATED)
        month = DateClaim(
            "fin mai 2014", DAY.replace(year=2014), DAY.replace(year=2014, day=31), Basis.STATED
        )
        document, _expanded = read(
            f"agreements/{AgreementFactory(published=True, signed=exact, ends=month).pk}"
        )
        assert document["dateCreated"] == "2012-05-18"
        assert document["ends"]["edtf"] == "2014-05-18/2014-05-31"
        assert "expires" not in document

    def test_brings_quotes_where_they_are_asked_for(self, both, read):
        document, _expanded = read(f"agreements/{both[1].pk}?expand=proof")

        quote = document["potentialAction"][0]["quote"][0]
        source = document["subjectOf"][0]
        assert quote["isPartOf"] == source["@id"]
        assert quote["end"] - quote["start"] == len(quote["text"])
        assert source["@type"] == "NewsArticle"


@pytest.mark.usefixtures("entered")
class TestOtherRecords:
    def test_an_organization_tells_all_its_names(self, both, read):
        party = both[1].parties.get(position=1).organization
        document, _expanded = read(f"organizations/{party.pk}")

        assert document["name"]["fr"] == party.name_fr
        assert document["parentOrganization"]["@id"].endswith(f"/organizations/{party.parent_id}")
        assert not strangers(document)

    def test_people_and_activities_are_told(self, both, read):
        commitment = both[0].commitments.first()
        activity = ActivityFactory(title_en="A workshop")
        FulfilmentFactory(activity=activity, commitment=commitment)
        office = both[0].statements.exclude(speaker=None).first().speaker

        for path, type in ((f"activities/{activity.pk}", "Event"), (f"people/{office.person_id}", "Person")):
            document, _expanded = read(path)
            assert document["@type"] == type
            assert not strangers(document)

    @pytest.mark.parametrize("resource", ["agreements", "organizations", "people", "activities"])
    def test_a_list_is_a_graph_that_is_paged(self, both, read, client, resource):
        ActivityFactory(title_en="A workshop", organizers=[both[0].parties.first().organization])
        FulfilmentFactory(activity=ActivityFactory(), commitment=both[0].commitments.first())
        document, expanded = read(f"{resource}?page_size=1")

        assert len(document["@graph"]) == 1 == len(expanded)
        told = client.get(f"/api/v1/{resource}?page_size=1&format=jsonld")
        assert ("next" in told.get("Link", "")) == (resource != "activities")

    def test_what_shapes_json_is_refused(self, both, client, settings):
        settings.PUBLIC_READING = True
        for query in ("fields=id", "omit=id", "brief=true", "expand=programme"):
            answer = client.get(f"/api/v1/agreements?format=jsonld&{query}")
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["pointer"] == f"/{query.split('=')[0]}"


class TestTheTerms:
    def test_the_page_explains_every_term_of_ours(self, client):
        told = client.get("/ns").content.decode()

        for name, meaning in linked.context()["@context"].items():
            iri = meaning["@id"] if isinstance(meaning, dict) else meaning
            if isinstance(iri, str) and iri.startswith("mithaq:"):
                assert f'id="{iri.removeprefix("mithaq:")}"' in told, name

    def test_programs_on_any_page_may_read_the_context(self, client):
        answer = client.get("/ns/mithaq.jsonld")

        assert answer["Access-Control-Allow-Origin"] == "*"
        assert json.loads(answer.content) == linked.context()
