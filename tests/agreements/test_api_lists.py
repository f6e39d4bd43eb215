"""Lists of the API: strict, in any shape and order, each row once; and what is read one by one."""

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import cache
from threading import Event
from time import sleep

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from activities.models import EvidenceFile
from agreements.models import Agreement, AgreementIdentifier, AgreementLink
from audit import trail
from config import api
from lib.claims import Basis, DateClaim
from lib.endpoints import Listing
from organizations.models import User
from organizations.permissions import Permission, Role
from tests import factories
from tests.agreements.conftest import BY, bearer

pytestmark = pytest.mark.django_db

ROOT = "/api/v1"
LISTS = {
    name: view
    for name, view, _base in api.router.registry
    if issubclass(view, Listing) and view.required["list"] == Permission.VIEW
}


def results(client, path: str, **options) -> list[dict]:
    answer = client.get(f"{ROOT}{path}", **options)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def ids(rows: list[dict]) -> list[str]:
    return [each["id"] for each in rows]


def error(client, path: str, **options) -> dict:
    answer = client.get(f"{ROOT}{path}", **options)
    assert answer.status_code == 400, answer.content
    (found,) = answer.json()["errors"]
    return found


def walk(client, path: str, **options) -> Iterator[list[dict]]:
    address = f"{ROOT}{path}"
    while address:
        page = client.get(address, **options).json()
        yield page["results"]
        address = page["next"]


@pytest.fixture
def several(both):
    """Both samples, and records of the kinds that they lack."""
    first, second = both
    with transaction.atomic():
        link = AgreementLink.objects.create(agreement=second, kind="related", to=first)
        trail.record("test.made", link, by=BY, chain=second.pk)
        number = AgreementIdentifier.objects.create(agreement=first, scheme="press-archive", value="004:x")
        trail.record("test.made", number, by=BY, chain=first.pk)
    commitment = first.commitments.first()
    activity = factories.ActivityFactory(was_held=True, organizers=[first.parties.first().organization])
    factories.FulfilmentFactory(activity=activity, commitment=commitment)
    factories.ProgressViewFactory(commitment=commitment, party=first.parties.first())
    return first, second, activity


class TestStrictness:
    def test_every_list_refuses_a_parameter_it_does_not_know_with_the_nearest(self, client, db):
        for resource in LISTS:
            found = error(client, f"/{resource}?page_sise=3")

            assert (found["pointer"], found["code"]) == ("/page_sise", "unknown_parameter"), resource
            assert "“page_size”" in found["detail"], resource

    @pytest.mark.parametrize(
        "name", ["q", "fields", "omit", "expand", "brief", "order", "cursor", "count", "party"]
    )
    def test_a_parameter_that_says_nothing_is_refused(self, client, db, name):
        found = error(client, f"/agreements?{name}=")

        assert (found["pointer"], found["code"]) == (f"/{name}", "empty_parameter")

    def test_one_empty_value_among_others_is_refused(self, client, db):
        assert error(client, "/agreements?kind=other&kind=")["code"] == "empty_parameter"

    @pytest.mark.parametrize(
        ("query", "pointer", "code"),
        [
            ("order=signde", "/order", "unknown_order"),
            ("order=relevance", "/order", "needs_words"),
            ("count=estimated", "/count", "invalid"),
            ("fields=titel", "/fields", "unknown_field"),
            ("expand=programm", "/expand", "unknown_expand"),
            ("brief=1", "/brief", "invalid"),
            ("page_size=0", "/page_size", "invalid"),
            ("page_size=000000001999999", "/page_size", "invalid"),
            ("identifier=press-archive", "/identifier", "invalid"),
            ("linked_to=MQ-0001", "/linked_to", "invalid"),
            ("updated_since=yesterday", "/updated_since", "invalid"),
            ("updated_since=9999-12-31T23:59:59-23:59", "/updated_since", "invalid"),
            ("identifier=a:%00", "/identifier", "invalid_choice"),
            ("place=%00", "/place", "invalid_choice"),
            ("has=parts", "/has", "invalid_choice"),
            ("not.kind=treaty", "/not.kind", "invalid_choice"),
            ("not.q=bread", "/not.q", "unknown_parameter"),
            ("not.order=title", "/not.order", "unknown_parameter"),
            ("cursor=made-up", "/cursor", "bad_cursor"),
        ],
    )
    def test_what_cannot_be_understood_is_named(self, client, db, query, pointer, code):
        found = error(client, f"/agreements?{query}")

        assert (found["pointer"], found["code"]) == (pointer, code)

    def test_names_the_nearest_order(self, client, db):
        assert "“signed”" in error(client, "/agreements?order=signde")["detail"]


class TestTheLanguage:
    def test_of_an_answer_is_said_with_what_it_depends_on(self, client, both):
        for address in (
            "/agreements",
            f"/agreements/{both[0].pk}",
            "/organizations",
            "/vocabularies",
            "/me",
            "/",
        ):
            answer = client.get(f"{ROOT}{address}?language=fr")

            assert answer["Content-Language"] == "fr", address
            assert {"Accept", "Accept-Language", "Authorization", "Cookie"} <= set(answer["Vary"].split(", "))

    def test_of_a_refusal_is_the_one_asked_for(self, client, db):
        answer = client.get(f"{ROOT}/agreements?language=fr&page_size=0")

        assert answer["Content-Language"] == "fr"

    def test_stands_in_the_etag(self, client, both):
        asked = f"{ROOT}/agreements/{both[0].pk}?language="

        assert client.get(f"{asked}fr")["ETag"] == f'"{both[0].version}-fr-json"'
        assert client.get(f"{asked}ar")["ETag"] == f'"{both[0].version}-ar-json"'


@pytest.mark.usefixtures("entered")
class TestShapes:
    def test_every_resource_is_told_in_brief(self, client, several):
        for resource in LISTS:
            for each in results(client, f"/{resource}?brief=true&page_size=2"):
                one = client.get(f"{ROOT}/{resource}/{each['id']}").json()

                assert each.keys() == {"id", "type", "label", "url"}
                assert each["label"]
                assert (one["type"], one["url"]) == (each["type"], each["url"])
                assert client.get(f"{each['url']}?brief=true").json() == each

    def test_every_member_that_is_told_can_be_asked_for(self, client, several):
        """The contract knows all that the documents say: nothing told cannot be picked."""

        def names(value, path=""):
            if isinstance(value, dict):
                for name, below in value.items():
                    yield f"{path}{name}"
                    yield from names(below, f"{path}{name}.")
            elif isinstance(value, list):
                for each in value:
                    yield from names(each, path)

        free = ("answers.", "amendments.changes.before.", "amendments.changes.after.")
        for resource in LISTS:
            more = "?expand=proof" if resource == "agreements" else ""
            told = {name for each in results(client, f"/{resource}{more}") for name in names(each)}
            asked = ",".join(sorted(name for name in told if not name.startswith(free)))
            if asked:
                whole = results(
                    client, f"/{resource}?page_size=1&{more[1:]}&fields={asked}".replace("&&", "&")
                )
                assert whole == results(client, f"/{resource}?page_size=1&{more[1:]}".rstrip("&")), resource

    def test_picks_and_leaves_out(self, client, both):
        whole = results(client, "/agreements")
        picked = results(client, "/agreements?fields=id,parties.organization.label")
        rest = results(client, "/agreements?omit=parties,commitments")

        assert picked == [
            {
                "id": each["id"],
                "parties": [{"organization": {"label": p["organization"]["label"]}} for p in each["parties"]],
            }
            for each in whole
        ]
        assert [each.keys() for each in rest] == [each.keys() - {"parties", "commitments"} for each in whole]

    def test_a_brief_list_is_cheap(self, client, both, django_assert_max_num_queries):
        with django_assert_max_num_queries(4):
            results(client, "/agreements?brief=true")

    def test_every_declared_reference_is_followed(self, client, several):
        followed = 0
        told = cache(lambda asked: results(client, asked))
        for resource, view in LISTS.items():
            for path in view().expandable:
                way = steps(path, resource)
                plain, expanded = (
                    list(references(told(f"/{resource}{query}"), path.split(".")))
                    for query in (
                        f"?expand={','.join(way)}" if way else "",
                        f"?expand={','.join([*way, path])}",
                    )
                )
                for before, after in zip(plain, expanded, strict=True):
                    assert before.items() <= after.items(), (resource, path)
                    assert len(after) > len(before), (resource, path)
                    followed += 1
        assert followed > 50

    def test_an_agreement_is_told_with_its_parties_and_not_whole_for_each_of_its_parts(self, client, several):
        whole = client.get(f"{ROOT}/agreements/{several[0].pk}").json()
        for resource, path in (("commitments", "agreement"), ("citations", "agreement"), ("links", "to")):
            asked = f"/{resource}?expand={path}&page_size=200"
            told = [each[path] for each in results(client, asked)]
            assert told
            for each in told:
                assert each["parties"][0]["organization"]["label"]
                assert {"titles", "dates", "legal_state", "amount", "kind"} <= each.keys()
                assert (
                    not {"commitments", "objectives", "citations", "sources", "organizations"} & each.keys()
                )
                assert each.keys() < whole.keys() | {"label"}
            answer = client.get(f"{ROOT}{asked}&fields={path}.commitments")
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/fields")

    def test_costs_one_bundle_of_queries_a_path_however_many_rows(
        self, client, both, django_assert_num_queries
    ):
        def cost(query: str) -> int:
            with CountQueries() as counted:
                results(client, query)
            return counted.number

        one = cost("/agreements?expand=parties.organization&page_size=1")
        two = cost("/agreements?expand=parties.organization&page_size=2")

        assert one == two

    def test_goes_with_the_proof(self, client, both):
        (one, *_rest) = results(
            client, "/agreements?expand=proof,parties.organization&fields=citations,parties"
        )

        assert one.keys() == {"citations", "parties"}
        assert one["parties"][0]["organization"]["names"]

    def test_a_record_that_may_not_be_read_stays_a_reference(self, client, several):
        first, _second, _activity = several
        Agreement.objects.filter(pk=first.pk).update(confidentiality="restricted")

        assert results(client, "/links?expand=to") == []


class CountQueries:
    """How many queries are made inside."""

    def __enter__(self):
        self.number = 0
        self.wrapper = connection.execute_wrapper(self.note)
        self.wrapper.__enter__()
        return self

    def note(self, execute, *rest):
        self.number += 1
        return execute(*rest)

    def __exit__(self, *told):
        self.wrapper.__exit__(*told)


def steps(path: str, resource: str) -> list[str]:
    """The references on the way to `path` that are followed too."""
    known = LISTS[resource]().expandable
    parts = path.split(".")
    return [way for n in range(1, len(parts)) if (way := ".".join(parts[:n])) in known]


def references(document, path: list[str]) -> Iterator[dict]:
    if isinstance(document, list):
        for each in document:
            yield from references(each, path)
    elif isinstance(document, dict):
        if path:
            yield from references(document.get(path[0]), path[1:])
        else:
            yield document


class TestOrders:
    def test_every_declared_order_pages_each_row_once_there_and_back(self, client, several):
        for resource, order in [(name, order) for name, view in LISTS.items() for order in view.orders]:
            asked = f"/{resource}?fields=id&order={order}{'&q=children' if order == 'relevance' else ''}"
            whole = ids(results(client, f"{asked}&page_size=200"))
            size = max(9, len(whole) // 3)
            pages = [ids(page) for page in walk(client, f"{asked}&page_size={size}")]

            assert [each for page in pages for each in page] == whole, (resource, order)
            assert len(set(whole)) == len(whole), (resource, order)
            if len(pages) > 1:
                page = client.get(f"{ROOT}{asked}&page_size={size}").json()
                following = client.get(page["next"]).json()
                assert client.get(following["previous"]).json()["results"] == page["results"]

    def test_what_is_not_stated_stands_last_either_way(self, client, db):
        for day in (None, date(2012, 5, 1), date(2010, 1, 1)):
            claim = DateClaim(day.isoformat(), day, day, Basis.STATED) if day else DateClaim()
            factories.AgreementFactory(published=True, signed=claim)

        def years(order):
            return [
                (each["dates"]["signed"]["earliest"] or "none")[:4]
                for each in results(client, f"/agreements?order={order}")
            ]

        assert years("signed") == ["2010", "2012", "none"]
        assert years("-signed") == ["2012", "2010", "none"]

    def test_a_commitment_without_a_day_stands_last_either_way_and_a_cursor_says_null_for_it(
        self, client, db
    ):
        agreement = factories.AgreementFactory(published=True)
        for day in (None, date(2012, 5, 1), None, date(2010, 1, 1)):
            claim = DateClaim(day.isoformat(), day, day, Basis.STATED) if day else DateClaim()
            factories.CommitmentFactory(agreement=agreement, due=claim)

        def years(page):
            return [(each["due"]["earliest"] or "none")[:4] for each in page]

        for order, known in (("due", ["2010", "2012"]), ("-due", ["2012", "2010"])):
            pages = list(walk(client, f"/commitments?order={order}&page_size=3"))
            assert [years(each) for each in pages] == [[*known, "none"], ["none"]]
            following = client.get(f"{ROOT}/commitments?order={order}&page_size=3").json()["next"]
            told = following.split("cursor=")[1].split("&")[0]
            assert json.loads(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)))[3] is None


@pytest.mark.usefixtures("entered")
class TestACount:
    def test_is_told_only_where_it_is_asked_for(self, client, both):
        assert "count" not in client.get(f"{ROOT}/commitments?page_size=3").json()
        assert client.get(f"{ROOT}/commitments?page_size=3&count=exact").json()["count"] == 10

    def test_is_of_all_that_the_filters_leave_on_every_page(self, client, both):
        page = client.get(f"{ROOT}/commitments?agreement={both[0].pk}&page_size=2&count=exact").json()
        following = client.get(page["next"]).json()

        assert page["count"] == following["count"] == 5


@pytest.mark.usefixtures("entered")
class TestACursor:
    def test_of_another_list_is_refused(self, client, both):
        cursor = client.get(f"{ROOT}/commitments?page_size=2").json()["next"].split("cursor=")[1]
        for other in ("kind=other", "not.kind=other", "order=-id", "order=due", "joint=true"):
            found = error(client, f"/commitments?{other}&cursor={cursor}")

            assert (found["pointer"], found["code"]) == ("/cursor", "cursor_mismatch"), other

    def test_goes_with_another_shape_and_size(self, client, both):
        page = client.get(f"{ROOT}/commitments?page_size=2").json()
        cursor = page["next"].split("cursor=")[1]

        rest = results(client, f"/commitments?page_size=200&fields=id&cursor={cursor}")

        assert len(rest) == 8
        assert not set(ids(rest)) & set(ids(page["results"]))

    def test_does_not_mind_in_which_order_the_filters_are_written(self, client, both):
        cursor = client.get(f"{ROOT}/commitments?page_size=1&kind=training&kind=service").json()["next"]
        if cursor:
            swapped = (
                f"/commitments?kind=service&kind=training&page_size=1&cursor={cursor.split('cursor=')[1]}"
            )
            assert client.get(f"{ROOT}{swapped}").status_code == 200

    def test_in_an_order_by_words_belongs_to_its_language(self, client, both):
        cursor = client.get(f"{ROOT}/organizations?order=name&page_size=1").json()["next"].split("cursor=")[1]

        found = error(client, f"/organizations?order=name&page_size=1&language=ar&cursor={cursor}")

        assert found["code"] == "cursor_mismatch"


@pytest.mark.usefixtures("entered")
class TestFilters:
    def test_not_takes_away_what_the_parameter_finds(self, client, both):
        everything = ids(results(client, "/commitments"))
        for kind in {each["kind"]["code"] for each in results(client, "/commitments")}:
            found = ids(results(client, f"/commitments?kind={kind}"))
            others = ids(results(client, f"/commitments?not.kind={kind}"))
            assert sorted(found + others) == sorted(everything)
            assert not set(found) & set(others)

    def test_not_takes_several_values_and_goes_with_others(self, client, both):
        first, second = both

        assert results(client, f"/agreements?not.only={first.code}&not.only={second.code}") == []
        found = results(client, f"/agreements?not.only={first.code}&has=commitments")
        assert ids(found) == [str(second.pk)]

    def test_identifiers_of_agreements_and_organizations(self, client, several):
        first, _second, _activity = several

        assert ids(results(client, "/agreements?identifier=press-archive:004:x")) == [str(first.pk)]
        assert results(client, "/agreements?identifier=press-archive:005") == []
        assert results(client, "/organizations?identifier=press-archive:004:x") == []

    def test_links_to_either_end(self, client, several):
        first, second, _activity = several

        assert ids(results(client, f"/agreements?linked_to={first.pk}")) == [str(second.pk)]
        assert ids(results(client, f"/agreements?linked_to={second.pk}&link_kind=related")) == [str(first.pk)]
        assert results(client, f"/agreements?linked_to={second.pk}&link_kind=amends") == []
        assert ids(results(client, "/agreements?link_kind=related")) == [str(second.pk)]

    def test_a_link_to_what_may_not_be_read_finds_nothing(self, client, several):
        first, _second, _activity = several
        Agreement.objects.filter(pk=first.pk).update(confidentiality="restricted")

        for query in (f"linked_to={first.pk}", "link_kind=related", "has=links"):
            assert results(client, f"/agreements?{query}") == [], query

    def test_what_an_agreement_has(self, client, several):
        everything = results(client, "/agreements")
        for name in (
            "programme",
            "groups",
            "objectives",
            "commitments",
            "statements",
            "links",
            "identifiers",
        ):
            assert ids(results(client, f"/agreements?has={name}")) == [
                each["id"] for each in everything if each[name]
            ], name

    def test_joint_commitments(self, client, both):
        joint = results(client, "/commitments?joint=true")
        alone = results(client, "/commitments?joint=false")

        assert joint
        assert {each["joint"] for each in joint} == {True}
        assert {each["joint"] for each in alone} == {False}
        assert len(joint) + len(alone) == 10

    def test_since(self, client, both):
        before = (timezone.now() - timedelta(days=1)).isoformat().replace("+", "%2B")
        after = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%d")
        for resource in ("agreements", "organizations", "people", "sources", "programmes"):
            everything = len(results(client, f"/{resource}"))
            for name in ("created_since", "updated_since"):
                assert len(results(client, f"/{resource}?{name}={before}")) == everything, resource
                assert results(client, f"/{resource}?{name}={after}") == [], resource

    def test_what_happens_between_author_and_reviewer_is_no_change_to_others(self, client, both, people):
        moment = timezone.now()
        with transaction.atomic():
            trail.record("agreement.commented", both[0], by=BY)
        asked = f"/agreements?updated_since={moment.isoformat().replace('+', '%2B')}"

        assert results(client, asked) == []
        client.force_login(people["editor"], backend="django.contrib.auth.backends.ModelBackend")
        assert ids(results(client, asked)) == [str(both[0].pk)]

    def test_parts_of_one_agreement(self, client, several):
        first, second, _activity = several
        for name, view in LISTS.items():
            if "agreement" in view().filter_names and name not in {"activities", "progress-views"}:
                found = results(client, f"/{name}?agreement={second.pk}")
                owners = {(each.get("agreement") or {"id": str(second.pk)})["id"] for each in found}
                assert owners <= {str(second.pk)}, name
                assert len(results(client, f"/{name}?agreement={first.pk}&agreement={second.pk}")) == len(
                    results(client, f"/{name}")
                ), name


class TestFiltersByOrganization:
    def test_not_of_a_party_counts_its_units_where_they_are_asked_for(self, client, db):
        above = factories.OrganizationFactory()
        below = factories.OrganizationFactory(parent=above)
        theirs = factories.AgreementFactory(published=True, parties=[below, factories.OrganizationFactory()])
        other = factories.AgreementFactory(published=True)

        assert set(ids(results(client, f"/agreements?not.party={above.pk}"))) == {
            str(theirs.pk),
            str(other.pk),
        }
        scoped = results(client, f"/agreements?not.party={above.pk}&party_scope=subtree")
        assert ids(scoped) == [str(other.pk)]

    def test_organizations_by_short_address_and_place_in_the_tree(self, client, db):
        above = factories.OrganizationFactory(slug="above")
        between = factories.OrganizationFactory(slug="between", parent=above)
        below = factories.OrganizationFactory(slug="below", parent=between)

        assert ids(results(client, "/organizations?slug=between&slug=below&order=id")) == sorted(
            [str(between.pk), str(below.pk)]
        )
        assert set(ids(results(client, f"/organizations?ancestor={above.pk}"))) == {
            str(between.pk),
            str(below.pk),
        }
        assert ids(results(client, f"/organizations?parent={above.pk}")) == [str(between.pk)]
        assert set(ids(results(client, "/organizations?has=units"))) == {str(above.pk), str(between.pk)}


@pytest.mark.usefixtures("entered")
class TestWhatIsUnchanged:
    def test_is_not_sent_again(self, client, several):
        for resource in LISTS:
            for each in results(client, f"/{resource}?page_size=1"):
                address = f"{ROOT}/{resource}/{each['id']}"
                tag = client.get(address)["ETag"]
                again = client.get(address, headers={"If-None-Match": f'"0-en-json", W/{tag}'})

                assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag), resource
                assert client.get(address, headers={"If-None-Match": '"0-en-json"'}).status_code == 200
                assert client.get(f"{address}?language=ar", headers={"If-None-Match": tag}).status_code == 200

    def test_costs_less_than_the_record(self, client, both):
        address = f"{ROOT}/agreements/{both[0].pk}"
        with CountQueries() as whole:
            tag = client.get(address)["ETag"]
        with CountQueries() as counted:
            client.get(address, headers={"If-None-Match": tag})

        assert counted.number < whole.number / 4

    def test_is_sent_again_once_it_has_changed(self, client, both):
        address = f"{ROOT}/agreements/{both[0].pk}"
        tag = client.get(address)["ETag"]
        Agreement.objects.filter(pk=both[0].pk).update(version=both[0].version + 1)

        assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


class TestTheSearch:
    def test_finds_several_kinds_in_one_ranked_list(self, client, both):
        found = results(client, "/search?q=Bayti")

        assert {"agreement", "organization"} <= {each["type"] for each in found}
        assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)
        agreement = next(each for each in found if each["type"] == "agreement")
        assert any("Bayti" in reason["marked"] for reason in agreement["reasons"])
        for each in found:
            assert client.get(each["url"]).json()["type"] == each["type"]

    def test_narrows_to_types_and_to_a_number(self, client, both):
        found = results(client, "/search?q=Bayti&type=organization&type=person&page_size=1")

        assert [each["type"] for each in found] == ["organization"]

    def test_finds_nothing_of_what_may_not_be_read(self, client, both):
        Agreement.objects.update(confidentiality="restricted")

        assert {each["type"] for each in results(client, "/search?q=children")} <= {"organization", "person"}

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [("", "/q"), ("?q=a&type=source", "/type"), ("?q=a&page_size=101", "/page_size")],
    )
    def test_refuses_what_it_does_not_understand(self, client, db, query, pointer):
        assert error(client, f"/search{query}")["pointer"] == pointer

    def test_finds_nothing_where_no_word_is_asked_for(self, client, both):
        assert results(client, "/search?q=!!!") == []


class TestWhoAmI:
    def test_a_token_is_told_what_it_is_and_may(self, client, db):
        organization = factories.OrganizationFactory()
        told = client.get(f"{ROOT}/me", headers=bearer(organization, Role.PARTNER_SYSTEM)).json()

        assert (told["type"], told["role"]) == ("token", "partner_system")
        assert told["organization"]["id"] == str(organization.pk)
        assert "registry.view" in told["permissions"]
        assert "read" in told["scopes"]
        assert set(told["limits"]["requests_in_a_minute"]) == {"read", "write"}
        assert told["prefix"].startswith("mithaq_")
        assert len(told["prefix"]) == 12, "the secret itself is never told"

    def test_an_account_and_nobody_are_told_too(self, client, people):
        assert client.get(f"{ROOT}/me").json()["type"] == "anonymous"
        client.force_login(people["editor"], backend="django.contrib.auth.backends.ModelBackend")
        told = client.get(f"{ROOT}/me").json()

        assert (told["type"], told["role"], told["scopes"]) == ("account", "editor", None)


class TestTheContract:
    def test_names_every_parameter_that_a_list_takes_and_no_other(self, client, db):
        contract = client.get(f"{ROOT}/openapi.json").json()
        shared = contract["components"]["parameters"]
        for resource, view in LISTS.items():
            told = contract["paths"][f"{ROOT}/{resource}"]["get"]["parameters"]
            told = [shared[each["$ref"].rsplit("/", 1)[-1]] if "$ref" in each else each for each in told]
            named = {each["name"] for each in told if each["in"] == "query"}

            taken = view().known_of_a_list | {"language"}
            if not view().expandable and not view.more:
                taken -= {"expand"}
            assert named - {"format"} == taken, resource


class TestTheServiceDocument:
    def test_leads_to_every_resource(self, client, people):
        client.force_login(people["administrator"], backend="django.contrib.auth.backends.ModelBackend")
        told = client.get(f"{ROOT}/").json()

        assert set(LISTS) <= set(told["resources"])
        assert told["languages"] == ["en", "fr", "ar"]
        assert {"format": "json", "type": "application/json"} in told["formats"]
        assert told["limits"]["page_size"] == {"usual": 50, "largest": 200}
        for name in LISTS:
            assert client.get(told["resources"][name]).status_code == 200, name


class TestVocabularies:
    def test_are_told_term_by_term(self, client, db):
        whole = client.get(f"{ROOT}/vocabularies/themes").json()

        for each in whole:
            assert client.get(f"{ROOT}/vocabularies/themes/{each['code']}").json() == each

    @pytest.mark.parametrize("address", ["themes/nothing", "nothing/other"])
    def test_have_no_other_terms(self, client, db, address):
        assert client.get(f"{ROOT}/vocabularies/{address}").status_code == 404


@pytest.mark.usefixtures("entered")
class TestTheHistory:
    def test_is_told_by_page_to_those_who_may_read_it(self, client, both, people):
        address = f"{ROOT}/agreements/{both[0].pk}/history"
        client.force_login(people["editor"], backend="django.contrib.auth.backends.ModelBackend")

        told = [
            each for page in walk(client, f"/agreements/{both[0].pk}/history?page_size=2") for each in page
        ]

        assert [each["sequence"] for each in told] == list(range(len(told), 0, -1))
        assert told[-1]["verb"] == "agreement.registered"
        assert all(each["changes"] is not None for each in told)
        assert client.get(f"{address}?fields=verb,at&order=sequence").json()["results"][0].keys() == {
            "verb",
            "at",
        }

    def test_tells_a_contributor_where_it_changed_and_not_what_drafts_said(self, client, both, people):
        client.force_login(people["contributor"], backend="django.contrib.auth.backends.ModelBackend")

        told = results(client, f"/agreements/{both[0].pk}/history")

        assert told
        assert {each["changes"] for each in told} == {None}

    def test_is_nothing_to_others(self, client, both, people):
        address = f"{ROOT}/agreements/{both[0].pk}/history"
        assert client.get(address).status_code in {401, 403}
        client.force_login(people["reader"], backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(address).status_code == 403

        Agreement.objects.filter(pk=both[0].pk).update(
            confidentiality="restricted", registered_by=people["editor"]
        )
        client.force_login(people["contributor"], backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(address).status_code == 404


class TestEvidence:
    @pytest.fixture
    def evidence(self, both):
        activity = factories.FulfilmentFactory(commitment=both[0].commitments.first()).activity
        with transaction.atomic():
            file = EvidenceFile(activity=activity, name="photo.jpg", sha256="0" * 64)
            file.file.save("x", ContentFile(b"0123456789"), save=False)
            file.save()
            trail.record("test.made", file, by=BY, chain=activity.pk)
        yield file
        file.file.delete(save=False)

    def test_is_told_by_its_activity_and_given_out_in_parts(self, client, evidence, people):
        client.force_login(people["editor"], backend="django.contrib.auth.backends.ModelBackend")
        (told,) = client.get(f"{ROOT}/activities/{evidence.activity_id}").json()["evidence"]
        assert (told["id"], told["name"], told["sha256"]) == (str(evidence.pk), "photo.jpg", "0" * 64)

        whole = client.get(told["url"])
        part = client.get(told["url"], headers={"Range": "bytes=2-4"})

        assert b"".join(whole) == b"0123456789"
        assert whole["Content-Disposition"].startswith("attachment")
        assert (part.status_code, b"".join(part), part["Content-Range"]) == (206, b"234", "bytes 2-4/10")
        assert client.get(told["url"], headers={"If-None-Match": whole["ETag"]}).status_code == 304

    def test_of_what_may_not_be_read_is_not_there(self, client, evidence):
        address = f"{ROOT}/evidence-files/{evidence.pk}"
        assert client.get(address).status_code == 200

        Agreement.objects.update(confidentiality="restricted")

        assert client.get(address).status_code == 404


def registry_of(count: int) -> list[Agreement]:
    """Published agreements of which many are signed on the same day, and many on no known one."""
    reviewer = factories.UserFactory(reviewer=True)
    with transaction.atomic():
        rows = []
        for index in range(count):
            day = None if index % 3 == 0 else date(2012, 1, 1) + timedelta(days=index % 5)
            claim = DateClaim(day.isoformat(), day, day, Basis.STATED) if day else DateClaim()
            rows.append(agreement(index + 1_000_000, claim, reviewer))
        Agreement.objects.bulk_create(rows)
        trail.record("tests.filled", rows[0], by=BY)
    return rows


def agreement(number: int, signed: DateClaim, reviewer: User) -> Agreement:
    return Agreement(
        number=number,
        source_language="en",
        title_en=f"Agreement {number}",
        kind_id="cooperation_agreement",
        editorial_state="draft",
        registered_by=reviewer,
        signed=signed,
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("long")
class TestPagesWhileOthersWrite:
    @pytest.mark.parametrize(
        ("count", "size"),
        [pytest.param(60, 7, id="few"), pytest.param(1000, 37, marks=pytest.mark.drill, id="many")],
    )
    def test_hold_each_untouched_row_once_whatever_comes_and_goes(self, client, count, size):
        rows = registry_of(count)
        editor = factories.UserFactory(editor=True)
        going, staying = rows[::4], {str(each.pk) for index, each in enumerate(rows) if index % 4}
        stop, turns = Event(), []

        def come_and_go() -> None:
            number = 5_000_000
            try:
                left = list(going)
                while not stop.is_set():
                    number += 1
                    day = date(2012, 1, 1) + timedelta(days=number % 5)
                    claim = DateClaim(day.isoformat(), day, day, Basis.STATED) if number % 3 else DateClaim()
                    with transaction.atomic():
                        row = agreement(number, claim, editor)
                        row.save(force_insert=True)
                        trail.record("test.made", row, by=BY)
                        if left:
                            gone = left.pop(len(left) // 2)
                            trail.record("test.removed", gone, by=BY)
                            Agreement.objects.filter(pk=gone.pk).delete()
                    turns.append(number)
            finally:
                connection.close()

        reader = Client()
        reader.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
        with ThreadPoolExecutor(1) as threads:
            busy = threads.submit(come_and_go)
            try:
                seen = []
                for page in walk(reader, f"/agreements?order=signed&page_size={size}&fields=id"):
                    seen += ids(page)
                    written = len(turns)
                    while len(turns) == written and not busy.done():  # between two pages somebody writes
                        sleep(0.001)
            finally:
                stop.set()
            busy.result()

        assert len(turns) * size >= count, "nobody wrote meanwhile: the test shows nothing"
        assert len(seen) == len(set(seen)), "a row came twice"
        assert staying <= set(seen), "a row that nobody touched was left out"
