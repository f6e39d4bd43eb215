"""The contract of the API: committed, valid, complete, and never narrower than it was."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from openapi_spec_validator import validate

from config import described
from config.examples import EXAMPLES, MORE
from config.problems import PROBLEMS
from exchange.queries.webhooks import KNOWN

FILE = settings.BASE_DIR / "docs" / "openapi.json"

pytestmark = [pytest.mark.xdist_group("contract"), pytest.mark.django_db]


@pytest.fixture(scope="module")
def committed() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _at_the_example_host(settings):
    """As `make contract` writes it: a contract tells the address of the registry that serves it."""
    settings.PUBLIC_URL = described.HOST


@pytest.fixture
def served(client) -> dict:
    return client.get(reverse("openapi")).json()


def routes() -> Iterator[tuple[str, str]]:
    """Every method and path below /api/v1/ of the URL conf, as the contract writes paths."""

    def below(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for each in resolver.url_patterns:
            path = f"{prefix}{each.pattern}"
            if isinstance(each, URLResolver):
                yield from below(each, path)
            else:
                yield path, each

    for path, each in below(get_resolver(), ""):
        if not path.startswith("api/v1/"):
            continue
        path = re.sub(r"\(\?P<(\w+)>(?:\[[^]]*\]|\\.|[^()])*\)", r"{\1}", path.replace("^", ""))
        path = (
            re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path).replace("/?", "/").replace("\\Z", "").replace("$", "")
        )
        path = path.replace("\\.", ".").replace("{pk}", "{id}")
        actions = getattr(each.callback, "actions", None) or {"get": "get"}
        for method in actions:
            if method not in {"head", "options"}:
                yield method, f"/{path}" if f"/{path}" == described.ROOT else f"/{path}".rstrip("/")


class TestTheContract:
    def test_that_is_committed_is_the_one_that_is_served(self, committed, served):
        taken_back = list(narrowed(committed, served))
        assert committed == served, (
            f"The API changed; it takes back: {taken_back or 'nothing'}. Look at the difference, and write the file "
            "anew by `make contract`."
        )

    def test_is_the_same_in_every_language(self, client, committed):
        assert client.get(reverse("openapi"), headers={"Accept-Language": "ar"}).json() == committed

    def test_is_valid(self, committed):
        validate(committed)

    def test_names_every_route_with_every_method_and_no_other(self, committed):
        told = {(method, path) for method, path, _operation in described.operations(committed)}
        assert told == {each for each in routes() if each[1] != "/api/v1"}

    def test_tells_addresses_that_answer_with_a_slash_at_the_end_too(self, committed):
        for path in committed["paths"]:
            if path == described.ROOT or path.endswith(".json") or "/identifiers/" in path:
                continue  # a number may end with a slash
            there = re.sub(r"{\w+}", "00000000-0000-7000-8000-000000000000", path)
            there = there.replace(
                "/vocabularies/00000000-0000-7000-8000-000000000000", "/vocabularies/themes"
            )
            there = there.replace("/exports/00000000-0000-7000-8000-000000000000", "/exports/registry.zip")
            there = re.sub(r"(deliveries/)[0-9a-f-]+", r"\g<1>1", there)
            assert resolve(there).func is resolve(f"{there}/").func, path

    def test_says_where_it_is_served(self, client, settings):
        settings.PUBLIC_URL = "https://elsewhere.example"
        assert client.get(reverse("openapi")).json()["servers"][0]["url"] == "https://elsewhere.example"

    def test_says_of_every_operation_what_it_is(self, committed):
        names = []
        for method, path, operation in described.operations(committed):
            here = f"{method} {path}"
            assert operation["summary"], here
            assert operation["operationId"], here
            assert len(operation["tags"]) == 1, here
            assert operation["x-codeSamples"], here
            assert {"401", "429"} <= set(operation["responses"]) or path.endswith("openapi.json"), here
            placeholders = set(re.findall(r"{(\w+)}", path))
            told = {each["name"] for each in operation.get("parameters", ()) if each.get("in") == "path"}
            assert told == placeholders, here
            names.append(operation["operationId"])
        assert len(names) == len(set(names))
        assert {each["name"] for each in committed["tags"]} >= {
            tag for _m, _p, operation in described.operations(committed) for tag in operation["tags"]
        }

    def test_names_at_every_refusal_which_problems_it_may_be(self, committed):
        shared = committed["components"]["responses"]
        for method, path, operation in described.operations(committed):
            for status, told in operation["responses"].items():
                told = shared[told["$ref"].rpartition("/")[2]] if "$ref" in told else told
                names = re.findall(r"^- `([\w-]+)`", told["description"], re.MULTILINE)
                assert int(status) < 400 or names, (method, path, status)
                assert all(PROBLEMS[each].status == int(status) for each in names), (method, path, status)

    def test_names_every_problem_there_is(self, committed):
        words = json.dumps(committed)
        assert [slug for slug in PROBLEMS if f"`{slug}`" not in words] == []

    def test_tells_every_example_at_its_operation(self, committed):
        of_the_api = [each for each in (*EXAMPLES, *MORE) if not each.path.startswith("/identity/")]
        names = [each.name for each in (*EXAMPLES, *MORE)]
        assert len(names) == len(set(names))
        for each in of_the_api:
            homes = [
                path
                for method, path, _operation in described.operations(committed)
                if described.is_of(each, method, path)
            ]
            assert homes, each.name

    def test_answers_what_the_examples_say_with_a_status_it_names(self, committed):
        for method, path, operation in described.operations(committed):
            for each in (*EXAMPLES, *MORE):
                if described.is_of(each, method, path):
                    assert str(each.status) in operation["responses"], each.name

    def test_names_what_webhooks_are_sent(self, committed):
        assert set(committed["webhooks"]) == set(KNOWN)


def narrowed(old, new, at: str = "") -> Iterator[str]:
    """What was promised in `old` and is not any more in `new`: removed, renamed, of another type, newly demanded.

    Words, examples and the order of things may change; values, members, answers and operations may be added.
    """
    if isinstance(old, Mapping):
        if not isinstance(new, Mapping):
            yield at
            return
        for name, value in old.items():
            here = f"{at}/{name}"
            if name in {
                "description",
                "summary",
                "examples",
                "example",
                "x-codeSamples",
                "tags",
                "info",
                "title",
            }:
                continue
            if name not in new:
                if name not in LOOSENED:
                    yield here
            elif name == "required" and isinstance(value, list):
                # What is sent must not need more; of what is told nothing may become a maybe.
                more, less = set(new[name]) - set(value), set(value) - set(new[name])
                if "Request" in at or "/requestBody/" in at:
                    yield from (f"{here}/{each}" for each in sorted(more))
                else:
                    yield from (f"{here}/{each}" for each in sorted(less))
            elif name == "parameters" and isinstance(value, list):
                yield from _parameters(value, new[name], here)
            elif isinstance(value, list):
                yield from (f"{here}: {each}" for each in value if each not in new[name])
            else:
                yield from narrowed(value, new[name], here)
        if "required" not in old and "Request" in at:
            yield from (f"{at}/required/{each}" for each in new.get("required", ()) if isinstance(each, str))
    elif old != new:
        yield f"{at}: {old!r} → {new!r}"


LOOSENED = {
    "maxLength",
    "minLength",
    "maximum",
    "minimum",
    "maxItems",
    "minItems",
    "pattern",
    "required",
    "default",
}


def _parameters(old: list, new: list, at: str) -> Iterator[str]:
    def named(each):
        return each.get("$ref") or (each["in"], each["name"])

    now = {named(each): each for each in new}
    before = {named(each): each for each in old}
    for name, each in before.items():
        if name not in now:
            yield f"{at}/{name}"
        else:
            yield from narrowed(each, now[name], f"{at}/{name}")
    for name, each in now.items():
        if name not in before and each.get("required"):
            yield f"{at}/{name} is demanded"


class TestNothingIsTakenBack:
    def test_since_the_contract_that_was_published(self, served):
        """The contract of the last release; before the first one, that of the last commit has nothing to keep to."""
        published = _published()
        if published is None:
            pytest.skip("no release yet: what is committed may still change")
        assert list(narrowed(published, served)) == []

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (lambda it: it["paths"].pop("/api/v1/me"), "/paths//api/v1/me"),
            (lambda it: it["paths"]["/api/v1/activities"].pop("post"), "/paths//api/v1/activities/post"),
            (lambda it: _member(it, "version").update(type="string"), "'integer' → 'string'"),
            (lambda it: _record(it).pop("place"), "/properties/place"),
            (
                lambda it: it["components"]["schemas"]["ActivityRecordRequest"]["required"].append("place"),
                "required/place",
            ),
            (lambda it: it["paths"]["/api/v1/activities"]["get"]["parameters"].clear(), "parameters"),
            (lambda it: it["paths"]["/api/v1/activities"]["post"]["responses"].pop("201"), "/responses/201"),
        ],
    )
    def test_is_noticed(self, committed, change, told):
        altered = json.loads(json.dumps(committed))
        assert list(narrowed(committed, altered)) == []
        change(altered)
        found = list(narrowed(committed, altered))
        assert told in " ".join(found), found

    def test_lets_it_grow(self, committed):
        altered = json.loads(json.dumps(committed))
        _record(altered)["more"] = {"type": "string"}
        altered["paths"]["/api/v1/more"] = {"get": {}}
        altered["paths"]["/api/v1/me"]["get"]["summary"] = "Other words"
        assert list(narrowed(committed, altered)) == []


def _record(document: dict) -> dict:
    return document["components"]["schemas"]["ActivityRecord"]["properties"]


def _member(document: dict, name: str) -> dict:
    return _record(document)[name]


def _published() -> dict | None:
    """The contract as the newest version tag of git has it; None where there is none, or no git."""

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", "-C", str(settings.BASE_DIR), *words], capture_output=True, check=True
            )
        except (OSError, subprocess.CalledProcessError):
            return None
        return done.stdout.decode()

    tag = git("describe", "--tags", "--abbrev=0", "--match", "v*")
    text = git("show", f"{tag.strip()}:docs/openapi.json") if tag else None
    return json.loads(text) if text else None
