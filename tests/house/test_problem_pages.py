"""The page of each problem: in the reader's language, with an answer as it comes and the operations that have it."""

import html
import json
import re

import pytest
from django.urls import reverse
from django.utils import translation

from config import problem_pages
from config.problems import PROBLEMS, is_given_by
from lib import languages
from organizations.permissions import Role
from tests.agreements.conftest import bearer
from tests.factories import AgreementFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


def page(client, slug: str, language: str = "en") -> str:
    answer = client.get(reverse("problem", args=[slug]), headers={"Accept-Language": language})
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def shown(client, slug: str, language: str = "en") -> tuple[dict[str, str], dict]:
    """Headers and body of the answer that a page shows."""
    text = re.search(r'<pre [^>]*id="answer"><code>(.*?)</code>', page(client, slug, language), re.DOTALL)[1]
    head, _blank, body = text.partition("\n\n")
    assert head.startswith(f"HTTP/1.1 {PROBLEMS[slug].status} ")
    return dict(line.split(": ", 1) for line in head.splitlines()[1:]), json.loads(body)


class TestAPage:
    @pytest.mark.parametrize("language", languages.CODES)
    def test_says_cause_advice_and_answer_in_the_language_of_the_reader(self, client, language):
        for slug, kind in PROBLEMS.items():
            told = page(client, slug, language)
            with translation.override(language):
                assert str(kind.cause) in told
                assert str(kind.advice) in told
                headers, body = shown(client, slug, language)
                assert (body["title"], body["status"]) == (str(kind.title), kind.status)
            assert headers["Content-Language"] == language
            assert body["type"].endswith(reverse("problem", args=[slug]))

    def test_names_the_operations_of_the_contract(self, client):
        assert re.findall(r"<li><code><b>(\w+)</b> (\S+)</code>", page(client, "feed-expired")) == [
            ("GET", "/changes")
        ]
        required = re.findall(r"<li><code><b>(\w+)</b>", page(client, "precondition-required"))
        assert set(required) == {"PATCH", "DELETE", "POST"}
        for slug in ("too-many-requests", "server-error", "method-not-allowed", "bad-request"):
            assert "Every address of the API" in page(client, slug)

    def test_leads_back(self, client):
        told = page(client, "refused")
        assert f'href="{reverse("problems")}"' in told
        assert f'href="{reverse("developers")}"' in told

    def test_is_there_for_problems_alone(self, client):
        assert client.get("/problems/never-heard-of").status_code == 404


class TestAnAnswer:
    """What a page shows has the members and headers of one that really came."""

    @pytest.fixture
    def came(self, client, settings):
        settings.PUBLIC_READING = False
        body = OrganizationFactory()
        headers = bearer(body, Role.ADMINISTRATOR)
        record = f"/api/v1/agreements/{AgreementFactory().pk}"
        reader = bearer(body, Role.READER)
        patch = {"content_type": "application/merge-patch+json", "headers": headers}

        def ask(slug):
            match slug:
                case "bad-request":
                    return client.get("/api/v1/agreements?stat=in_force", headers=headers)
                case "not-authenticated":
                    return client.get("/api/v1/agreements", headers={"Authorization": "Bearer nonsense"})
                case "forbidden":
                    return client.post("/api/v1/agreements", {}, "application/json", headers=reader)
                case "not-found":
                    return client.get(f"{record[:-4]}0000", headers=headers)
                case "method-not-allowed":
                    return client.put("/api/v1/agreements", headers=headers)
                case "not-acceptable":
                    return client.get("/api/v1/themes?format=csv".replace("themes", "me"), headers=headers)
                case "precondition-failed":
                    return client.patch(record, {}, **patch | {"headers": headers | {"If-Match": '"99"'}})
                case "precondition-required":
                    return client.patch(record, {}, **patch)
                case "unsupported-media-type":
                    return client.patch(record, "x", content_type="text/plain", headers=headers)
                case "refused":
                    return client.post("/api/v1/organizations", {}, "application/json", headers=headers)

        return ask

    @pytest.mark.parametrize(
        "slug",
        [
            "bad-request",
            "not-authenticated",
            "forbidden",
            "not-found",
            "method-not-allowed",
            "not-acceptable",
            "precondition-failed",
            "precondition-required",
            "unsupported-media-type",
            "refused",
        ],
    )
    def test_has_what_one_that_came_has(self, client, came, slug):
        answer = came(slug)
        headers, body = shown(client, slug)

        assert answer.json()["type"].endswith(f"/problems/{slug}"), answer.content
        assert set(body) == set(answer.json())
        assert all(name in answer for name in headers), (headers, dict(answer.items()))


def test_an_operation_has_the_problems_that_its_method_can_have():
    assert is_given_by("protected", "delete", "/api/v1/parties/{id}")
    assert not is_given_by("protected", "get", "/api/v1/parties/{id}")
    assert not is_given_by("possible-duplicate", "post", "/api/v1/organizations/{id}/merge")
    assert problem_pages.operations()[1] > 100
