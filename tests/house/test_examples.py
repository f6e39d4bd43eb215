"""What developers are told, done: every example as it is printed, and the programs beside them."""

import gc
import html
import json
import re
import runpy
import shlex
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import HTTPServer
from io import StringIO
from unittest.mock import patch
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
import requests
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from rest_framework.test import RequestsClient
from standardwebhooks.webhooks import Webhook

from activities import samples
from config import developers, snippets
from config.examples import ANY, BY_NAME, EXAMPLES, MORE
from config.lessons import SECTIONS
from config.problems import PROBLEMS
from lib import languages
from organizations import services
from organizations.models import Organization
from organizations.permissions import Role
from tests.agreements.conftest import account
from tests.exchange.feeding import settle

pytestmark = [pytest.mark.xdist_group("long"), pytest.mark.django_db]

ROOT = settings.PUBLIC_URL


@pytest.fixture
def hosts(settings):
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def sandbox(transactional_db, hosts):
    """The secrets of a token and of an OAuth client, for the sandbox of a sample registry, and the names it has."""
    call_command("load_sample", verbosity=0, stdout=StringIO())
    holder = Organization.objects.get(slug=samples.SANDBOX)
    by = account(Role.CONTRIBUTOR, holder)
    _token, secret = services.issue_token(organization=holder, role=Role.PARTNER_SYSTEM, by=by)
    client, key = services.issue_token(organization=holder, role=Role.PARTNER_SYSTEM, oauth=True, by=by)
    names = developers.known_names()
    addresses = [(2, 1, 6, "", ("93.184.216.34", 443))]
    with patch("lib.outbound.socket.getaddrinfo", return_value=addresses):
        yield {"TOKEN": secret, "CLIENT": client.oauth_client_id, "SECRET": key}, names
    gc.collect()  # its session closes no file that it was answered with: here, where nobody minds


def holds(told, expected) -> bool:
    """Whether `told` has all that is `expected`: members among more, the first elements of an array."""
    if expected is ANY:
        return True
    if isinstance(expected, Mapping):
        return isinstance(told, Mapping) and all(
            name in told and holds(told[name], each) for name, each in expected.items()
        )
    if isinstance(expected, list):
        return isinstance(told, list) and len(told) >= len(expected) and all(map(holds, told, expected))
    return told == expected


def found(answer, where: str) -> str:
    """What an example says is to be kept of an answer."""
    if where[0].isupper():
        return answer.headers[where]
    value = answer.json()
    for member in where.split("."):
        value = value[int(member) if member.isdecimal() else member]
    return str(value)


def check(example, answer) -> None:
    told = answer.content.decode(errors="replace")[:2000]
    assert answer.status_code == example.status, (example.name, told)
    for header, begins in example.answered.items():
        assert answer.headers[header].startswith(begins), (example.name, header, answer.headers)
    if example.answer is not None:
        assert holds(answer.json(), example.answer), (example.name, told)


def sent_by_curl(command: str, names: Mapping[str, str], files: Mapping[str, str]):
    """The answer to a command for curl, read as a shell reads it."""
    words = shlex.split(command.replace("\\\n", " ").replace("$(uuidgen)", str(uuid4())))
    words = [snippets.NAME.sub(lambda name: names[name[1]], each) for each in words]
    assert words.pop(0) == "curl"
    url, method, headers, data, form, parts, auth = words.pop(0), "", {}, [], [], {}, None
    while words:
        option, value = words.pop(0), words.pop(0)
        if option == "-X":
            method = value
        elif option == "-H":
            name, _colon, rest = value.partition(": ")
            headers[name] = rest
        elif option == "-d":
            data.append(value)
        elif option == "-u":
            auth = tuple(value.split(":", 1))
        elif option == "-F" and "=@" in value:
            name, _at, file = value.partition("=@")
            parts[name] = (file, files[file])
        elif option == "-F":
            form.append(tuple(value.split("=", 1)))
        else:
            raise AssertionError(option)
    if data and "Content-Type" not in headers:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return RequestsClient().request(
        method or ("POST" if data or form or parts else "GET"),
        url,
        headers=headers,
        data="&".join(data).encode() if data else form,
        files=parts or None,
        auth=auth,
        allow_redirects=False,
    )


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the session of the tests leaves what it sent open
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.django_db(transaction=True)
class TestAnExample:
    def test_of_curl_is_answered_as_it_is_printed(self, sandbox):
        secrets, names = sandbox
        kept = dict(secrets)
        for example in (*EXAMPLES, *MORE):
            settle()
            command = snippets.curl(example, ROOT, names)
            answer = sent_by_curl(command, kept, dict([example.file] if example.file else []))
            check(example, answer)
            kept |= {name: found(answer, where) for name, where in example.keeps.items()}

    @pytest.mark.drill
    def test_of_python_is_answered_as_it_is_printed(self, sandbox, monkeypatch, tmp_path):
        secrets, names = sandbox
        monkeypatch.setenv("TOKEN", secrets["TOKEN"])
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(requests, "Session", RequestsClient)
        monkeypatch.setattr(requests, "post", lambda *told, **more: RequestsClient().post(*told, **more))
        setup = (developers.PROGRAMS / "setup.py").read_text().replace("https://registry.example", ROOT)
        inside = {"CLIENT": secrets["CLIENT"], "SECRET": secrets["SECRET"], "requests": requests}
        exec(compile(setup, "setup.py", "exec"), inside)  # noqa: S102 — our own examples
        for example in (*EXAMPLES, *MORE):
            settle()
            if example.file:
                (tmp_path / example.file[0]).write_text(example.file[1])
            exec(compile(snippets.python(example, ROOT, names), example.name, "exec"), inside)  # noqa: S102 — our own examples
            check(example, inside["answer"])


class TestThePage:
    @pytest.mark.parametrize("language", languages.CODES)
    def test_shows_every_example_once_and_no_other(self, client, language):
        assert all(each.shown for each in EXAMPLES)
        with_language = reverse("developers").replace("/en/", f"/{language}/")
        page = client.get(with_language).content.decode()
        shown = re.findall(r'<pre [^>]*?data-example="([^"]+)"><code>(.*?)</code>', page, re.DOTALL)
        known = {
            (each.name, write(each, ROOT, {}))
            for each in EXAMPLES
            for write in (snippets.curl, snippets.python)
        }
        on_page = {(name, html.unescape(text)) for name, text in shown}
        assert on_page == {(name, text) for name, text in known if BY_NAME[name].shown}
        blocks = re.findall(r"<pre[^>]*>.*?</pre>", page, re.DOTALL)
        for each in blocks:
            assert "curl" not in each.replace("curl-", "") or "data-example=" in each

    def test_holds_no_example_that_is_not_in_the_list(self):
        named = [block.example for each in SECTIONS for block in each.blocks if block.example]
        assert len(named) == len(set(named))
        assert set(named) == {each.name for each in EXAMPLES if each.shown}

    def test_works_without_the_sample_and_is_open_to_everybody(self, client, settings):
        settings.PUBLIC_READING = False
        page = client.get(reverse("developers"))
        assert page.status_code == 200
        assert "$SANDBOX" in page.content.decode()

    def test_costs_the_same_however_much_there_is(self, client, django_assert_max_num_queries):
        with django_assert_max_num_queries(5):
            client.get(reverse("developers"))

    def test_leads_to_every_section_and_every_problem(self, client):
        page = client.get(reverse("developers")).content.decode()
        anchors = set(re.findall(r'href="#([\w-]+)"', page))
        assert {each.name for each in SECTIONS} <= anchors
        for anchor in anchors - {"main"}:
            assert f'id="{anchor}"' in page
        for slug in PROBLEMS:
            assert f'href="{reverse("problem", args=[slug])}"' in page

    def test_is_where_service_document_and_problems_lead(self, client, settings):
        settings.PUBLIC_READING = True
        links = client.get("/api/v1/").json()["links"]
        assert links["developers"].endswith(reverse("developers"))
        assert links["problems"].endswith(reverse("problems"))
        assert reverse("developers") in client.get(reverse("problem", args=["refused"])).content.decode()


class TestTheListOfProblems:
    def test_has_every_problem_with_its_page(self, client):
        told = client.get(reverse("problems")).content.decode()
        for slug in PROBLEMS:
            assert f'href="{reverse("problem", args=[slug])}"' in told
            assert client.get(reverse("problem", args=[slug])).status_code == 200


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.django_db(transaction=True)
class TestAProgram:
    def test_that_synchronizes_ends_with_the_same_as_a_new_load(self, sandbox):
        secrets, _names = sandbox
        program = runpy.run_path(str(developers.PROGRAMS / "synchronize.py"))
        api, store, anew = RequestsClient(), {}, {}
        api.headers["Authorization"] = f"Bearer {secrets['TOKEN']}"
        root = f"{ROOT}/api/v1"
        place = program["load"](api, root, store)
        assert {each["type"] for each in store.values()} == {"agreement", "organization"}

        new = {"source_language": "en", "names": {"en": "Loom of Testford (fictional)"}}
        made = api.post(f"{root}/organizations", json=new, headers={"Idempotency-Key": uuid4().hex})
        assert made.status_code == 201, made.json()
        settle()
        place = program["follow"](api, root, store, place)
        assert made.json()["id"] in store
        gone = api.delete(made.json()["url"], headers={"If-Match": "*"})
        assert gone.status_code == 204, gone.content
        settle()
        program["follow"](api, root, store, place)

        program["load"](api, root, anew)
        assert store == anew

    def test_that_receives_takes_what_is_signed_once_and_nothing_else(self, monkeypatch):
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        monkeypatch.setenv("WEBHOOK_SECRET", secret)
        program = runpy.run_path(str(developers.PROGRAMS / "receiver.py"))
        program["Receiver"].log_message = lambda *told: None
        server = HTTPServer(("127.0.0.1", 0), program["Receiver"])
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def send(key, version, *, at=None, secret=secret):
            at = at or datetime.now(UTC)
            body = json.dumps({"subject": "agreements/1", "data": {"version": version} if version else {}})
            signature = Webhook(secret).sign(key, at, body)
            headers = {
                "webhook-id": key,
                "webhook-timestamp": str(int(at.timestamp())),
                "webhook-signature": f"v1,AAAA {signature}",
            }
            asked = Request(f"http://127.0.0.1:{server.server_port}", body.encode(), headers)
            try:
                with urlopen(asked, timeout=5) as answer:  # noqa: S310 — our own server
                    return answer.status
            except HTTPError as refused:
                return refused.code

        old = datetime(2020, 1, 1, tzinfo=UTC)
        assert [send("a", 2), send("a", 2), send("b", 1), send("c", 3), send("gone", None)] == [204] * 5
        assert [send("d", 4, at=old), send("e", 4, secret="whsec_" + "A" * 32)] == [401, 401]
        server.shutdown()
        server.server_close()
        told = [program["work"].get_nowait() for _each in range(program["work"].qsize())]
        assert [each["data"].get("version") for each in told] == [2, 3, None]
