"""The third door: what partner systems read and register."""

import json

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from activities import samples
from agreements.models import Agreement
from organizations.models import Organization
from organizations.permissions import Role
from tests.agreements.conftest import bearer, empty_registry

pytestmark = pytest.mark.django_db

ROOT = "/api/v1"


def post(client, document, headers):
    return client.post(
        f"{ROOT}/agreements", data=json.dumps(document), content_type="application/json", headers=headers
    )


@pytest.mark.usefixtures("entered")
class TestReading:
    def test_lists_the_published_agreements_to_everybody_with_their_parties(self, client, both):
        answer = client.get(f"{ROOT}/agreements").json()

        assert [each["code"] for each in answer["results"]] == [each.code for each in reversed(both)]
        labels = {party["organization"]["label"] for each in answer["results"] for party in each["parties"]}
        assert {"Aman", "Bayti"} <= labels
        assert (answer["next"], answer["previous"]) == (None, None)

    @pytest.mark.parametrize("address", [f"{ROOT}/agreements", f"{ROOT}/agreements/"])
    def test_answers_with_and_without_the_last_slash(self, client, both, address):
        assert client.get(address).status_code == 200

    @pytest.mark.parametrize(
        "resource",
        [
            "parties",
            "groups",
            "objectives",
            "commitments",
            "statements",
            "advantages",
            "open-questions",
            "events",
            "links",
            "programmes",
            "sources",
            "citations",
            "organizations",
            "people",
            "activities",
            "progress-views",
        ],
    )
    def test_offers_every_resource_as_a_list_and_one_by_one(self, client, both, resource):
        listed = client.get(f"{ROOT}/{resource}?page_size=3")

        assert listed.status_code == 200
        for each in listed.json()["results"]:
            assert client.get(f"{ROOT}/{resource}/{each['id']}").json() == each

    def test_pages_by_key_each_row_once_there_and_back(self, client, both):
        seen, address = [], f"{ROOT}/commitments?page_size=3"
        while address:
            page = client.get(address).json()
            seen += [each["id"] for each in page["results"]]
            last, address = page, page["next"]
        assert len(seen) == len(set(seen)) == 10
        assert client.get(last["previous"]).json()["results"][-1]["id"] == seen[-len(last["results"]) - 1]

    def test_tells_dates_in_three_values(self, client, both):
        agreement = both[1]
        assert client.get(f"{ROOT}/agreements?signed=unknown").json()["results"]
        assert not client.get(f"{ROOT}/agreements?signed_from=2012&signed_to=2012").json()["results"]

        Agreement.objects.filter(pk=agreement.pk).update(
            signed_range="[2012-05-01,2012-06-01)",
            signed_basis="derived",
            signed_note="seven years after May 2005",
        )

        asked = f"{ROOT}/agreements?signed_from=2012-05-10&signed_to=2012-12"
        assert [each["code"] for each in client.get(asked).json()["results"]] == [agreement.code]
        assert not client.get(f"{asked}&signed_match=certain").json()["results"]
        within = f"{ROOT}/agreements?signed_from=2012&signed_to=2012&signed_match=certain"
        assert not client.get(within).json()["results"], "a derived date is at most possible"

        Agreement.objects.filter(pk=agreement.pk).update(signed_basis="stated")

        assert [each["code"] for each in client.get(within).json()["results"]] == [agreement.code]

    def test_speaks_the_language_asked_for(self, client, both):
        english, french = (
            client.get(f"{ROOT}/agreements/{both[0].pk}?language={code}").json() for code in ("en", "fr")
        )

        assert english["title"] != french["title"]
        assert english["titles"] == french["titles"]


class TestRefusing:
    @pytest.mark.parametrize(
        ("address", "status", "slug"),
        [
            ("/agreements?sort=title", 400, "bad-request"),
            ("/agreements?page_size=201", 400, "bad-request"),
            ("/agreements?cursor=made-up", 400, "bad-request"),
            ("/agreements?signed_from=2O12", 400, "bad-request"),
            ("/agreements?kind=treaty", 400, "bad-request"),
            ("/agreements/01a20112-1689-7668-b714-b379051c1298", 404, "not-found"),
            ("/agreements/nothing", 404, "not-found"),
            ("/nowhere", 404, "not-found"),
        ],
    )
    def test_answers_problem_details(self, client, db, address, status, slug):
        answer = client.get(ROOT + address)

        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
        problem = answer.json()
        assert problem["status"] == status
        assert problem["type"].endswith(f"/problems/{slug}")

    def test_names_the_nearest_parameter(self, client, db):
        (error,) = client.get(f"{ROOT}/agreements?signed_form=2012").json()["errors"]

        assert error["pointer"] == "/signed_form"
        assert "signed_from" in error["detail"]

    def test_hides_what_is_not_published(self, client, both, people):
        draft = samples.read("aman-bayti")
        Agreement.objects.filter(pk=both[0].pk).update(confidentiality="restricted")

        assert client.get(f"{ROOT}/agreements/{both[0].pk}").status_code == 404
        assert len(client.get(f"{ROOT}/agreements").json()["results"]) == 1
        assert len(client.get(f"{ROOT}/commitments").json()["results"]) == 5
        assert draft["titles"]["en"] not in client.get(f"{ROOT}/sources").content.decode()

    def test_shows_nothing_to_a_stranger_where_public_reading_is_off(self, client, both, settings):
        settings.PUBLIC_READING = False

        answer = client.get(f"{ROOT}/agreements")

        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")

    def test_refuses_a_token_it_does_not_know(self, client, both):
        answer = client.get(f"{ROOT}/agreements", headers={"Authorization": "Bearer mithaq_made-up"})

        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


class TestRegistering:
    def test_takes_the_whole_dossier_and_says_where_it_is(self, client, importer):
        answer = post(client, samples.read("aman-bayti"), importer())

        assert answer.status_code == 201
        assert answer["Location"].endswith(answer.json()["id"])
        assert len(answer.json()["commitments"]) == 5

    def test_points_at_each_fault(self, client, importer):
        dossier = samples.read("aman-bayti")
        dossier["commitments"][2]["debtors"] = []
        dossier["kind"] = None

        answer = post(client, dossier, importer())

        assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
        assert {each["pointer"] for each in answer.json()["errors"]} == {"/commitments/2/debtors", "/kind"}

    @pytest.mark.parametrize("body", ["", "[]", "{", '"text"', "null", '{"parties": 7}'])
    def test_refuses_what_is_no_dossier(self, client, importer, body):
        answer = client.post(
            f"{ROOT}/agreements", data=body, content_type="application/json", headers=importer()
        )

        assert answer.status_code in {400, 422}
        assert answer["Content-Type"] == "application/problem+json"

    def test_lets_a_partner_system_enter_only_what_its_organization_is_party_to(self, client, both):
        parties = [each.organization for each in both[0].parties.order_by("position")]
        document = {
            "kind": "other",
            "source_language": "en",
            "titles": {"en": "A new agreement"},
            "parties": [{"organization": {"id": str(each.pk)}} for each in parties],
        }
        outsider = Organization.objects.exclude(pk__in=[each.pk for each in parties]).first()

        refused = post(client, document, bearer(outsider, Role.PARTNER_SYSTEM))
        entered = post(client, document, bearer(parties[1], Role.PARTNER_SYSTEM))

        assert [each["code"] for each in refused.json()["errors"]] == ["not_a_party"]
        assert (entered.status_code, entered.json()["editorial_state"]) == (201, "draft")

    def test_refuses_a_reader_and_a_stranger(self, client, both):
        reader = bearer(Organization.objects.first(), Role.READER)

        assert post(client, {}, reader).status_code == 403
        assert post(client, {}, {}).status_code == 401


@pytest.mark.usefixtures("entered")
class TestTheDossier:
    @pytest.mark.parametrize("index", [0, 1])
    def test_read_out_registered_in_an_empty_registry_and_read_out_again_is_equal(
        self, client, both, importer, index
    ):
        address = f"{ROOT}/agreements/{both[index].pk}?expand=proof"
        told = client.get(address).json()
        assert told["editorial_state"] == "published"
        assert told["citations"]
        empty_registry()
        assert client.get(address).status_code == 404

        entered = post(client, told, importer())

        assert entered.status_code == 201, entered.json()["errors"]
        assert client.get(address).json() == told

    def test_is_complete_without_its_sources_when_proof_is_not_asked_for(self, client, both):
        told = client.get(f"{ROOT}/agreements/{both[0].pk}").json()

        assert "sources" not in told
        assert "citations" not in told["commitments"][0]


class TestTheContract:
    @pytest.fixture
    def contract(self, client, db):
        return client.get(f"{ROOT}/openapi.json").json()

    def test_is_a_valid_openapi_3_1_document(self, contract):
        assert contract["openapi"].startswith("3.1")
        validate(contract)

    def test_describes_the_dossier_that_is_told(self, client, contract, both):
        told = client.get(f"{ROOT}/agreements/{both[1].pk}?expand=proof").json()
        schema = {"$ref": "#/components/schemas/DossierShape"} | {"components": contract["components"]}

        errors = [error.message for error in Draft202012Validator(schema).iter_errors(told)]

        assert errors == []
