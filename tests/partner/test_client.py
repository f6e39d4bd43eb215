"""What a partner's system does, written from the developer page alone, against a live server."""

import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import HTTPServer
from io import StringIO
from threading import Thread
from unittest import mock

import pytest
import requests
from django.core.management import call_command
from requests.adapters import HTTPAdapter

from tests.partner.client import Copy, Inbox, Problem, Registry, receiver, signed_by_registry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("long")]


def owed_by_us(registry: Registry) -> dict:
    """A commitment of the sandbox alone, found as the page says."""
    us = registry.me()["organization"]["id"]
    return next(each for each in registry.listed("commitments", debtor=us) if not each["joint"])


def workshop(commitment: dict, title: str = "Trial workshop in Testford") -> dict:
    """The activity of the page, in the client's words."""
    day = {"stated": "2026-11-20", "earliest": "2026-11-20", "latest": "2026-11-20", "basis": "stated"}
    return {
        "source_language": "en",
        "titles": {"en": title},
        "kind": "workshop",
        "status": "held",
        "held": day,
        "counts_toward": [{"commitment": {"id": commitment["id"]}, "extent": "part"}],
        "reached": [{"number": 24}],
    }


def draft(us: str) -> dict:
    """An agreement of the sandbox with an organization that comes along."""
    return {
        "kind": "memorandum_of_understanding",
        "source_language": "en",
        "titles": {"en": "Trial memorandum (fictional)"},
        "organizations": [
            {
                "key": "rooms",
                "slug": "trial-rooms",
                "source_language": "en",
                "names": {"en": "Trial Rooms (fictional)"},
            }
        ],
        "parties": [{"organization": {"id": us}}, {"organization": {"key": "rooms"}}],
    }


def bodies(count: int) -> dict[str, dict]:
    """Organizations by the partner's own numbers."""
    return {
        f"ORG-{number}": {
            "source_language": "en",
            "names": {"en": f"Cooperative {number} of Testford (fictional)"},
            "country": "MA",
        }
        for number in range(1, count + 1)
    }


class Line(HTTPAdapter):
    """The line to the registry, on which `happens` may change, add or lose what is answered."""

    def __init__(
        self, happens: Callable[[requests.PreparedRequest, requests.Response], requests.Response | None]
    ):
        super().__init__()
        self.happens, self.sent = happens, []

    def send(self, request, **options):
        self.sent.append(request)
        answer = super().send(request, **options)
        answer.content  # noqa: B018  the body is read before it is changed
        instead = self.happens(request, answer)
        return answer if instead is None else instead  # an answer from 400 up is false


def on_line(registry: Registry, happens) -> Line:
    line = Line(happens)
    registry.session.get_adapter("http://").close()
    registry.session.mount("http://", line)
    return line


def refusal(status: int, name: str, **headers) -> requests.Response:
    """A problem as the page describes one."""
    answer = requests.Response()
    answer.status_code = status
    answer.headers.update({"Content-Type": "application/problem+json"} | headers)
    told = {
        "type": f"https://registry.example/problems/{name}",
        "title": name,
        "status": status,
        "detail": "",
    }
    answer._content = json.dumps(told).encode()
    return answer


def once(answer: Callable[[], requests.Response]):
    """Happens to the first answer alone."""
    left = [answer]
    return lambda _request, _answer: left.pop()() if left else None


class TestACopy:
    def test_is_what_the_lists_have(self, ours):
        copy = Copy(ours)
        copy.load()

        us = ours.me()["organization"]["id"]
        assert copy.records[us] == ours.call("GET", f"organizations/{us}").json()
        assert {each["type"] for each in copy.records.values()} >= {"agreement", "organization", "source"}
        assert copy.place

    @pytest.mark.drill
    def test_loads_lists_of_many_pages_to_their_end(self, ours):
        whole = list(ours.listed("organizations"))
        line = on_line(ours, lambda *_: None)

        assert list(ours.listed("organizations", page_size=2)) == whole
        assert len(line.sent) == (len(whole) + 1) // 2 > 2

    def test_follows_what_others_do_and_is_then_as_if_loaded_anew(self, ours, another):
        taken_back = another.report_activity(**workshop(owed_by_us(another), "Taken back"))
        us = ours.me()["organization"]["id"]
        dropped = another.call("POST", "agreements", json=draft(us)).json()
        copy = Copy(ours)
        copy.load()
        assert {taken_back["id"], dropped["id"]} <= copy.records.keys()

        another.delete(taken_back["url"])
        another.delete(dropped["url"])
        kept = another.report_activity(**workshop(owed_by_us(another)))
        another.change(kept["url"], lambda _: {"place": "Testford"})
        said = another.report_progress(owed_by_us(another)["id"], "partly", "2026-11-21")
        copy.follow()

        assert copy.records[kept["id"]]["place"] == "Testford"
        assert copy.records[said["id"]]["verdict"] == "partly"
        assert not {taken_back["id"], dropped["id"]} & copy.records.keys()
        anew = Copy(ours)
        anew.load()
        assert copy.records == anew.records

    @pytest.mark.drill
    def test_keeps_the_record_that_another_was_merged_into(self, ours, another, client_of):
        editor = client_of("registry office", role="editor")
        done = another.upsert_organizations("partner-x", bodies(2))
        copy = Copy(ours, types=("organization",))
        copy.load()
        gone, stays = done["ORG-1"], done["ORG-2"]
        assert {gone["id"], stays["id"]} <= copy.records.keys()

        into = {"into": {"id": stays["id"]}, "reason": "One and the same, says its office."}
        editor.call("POST", f"{gone['url']}/merge", json=into)
        copy.follow()

        assert gone["id"] not in copy.records
        assert copy.records[stays["id"]] == ours.call("GET", stays["url"]).json()

    @pytest.mark.drill
    def test_is_loaded_anew_when_the_feed_does_not_go_back_that_far(self, ours, another):
        copy = Copy(ours, types=("activity",))
        copy.load()
        made = another.report_activity(**workshop(owed_by_us(another)))
        before = copy.place

        on_line(ours, once(lambda: refusal(410, "feed-expired")))
        copy.follow()

        assert list(copy.records) == [made["id"]]
        assert copy.place > before

    def test_forgets_nothing_because_the_registry_is_busy(self, ours, another, waits):
        made = another.report_activity(**workshop(owed_by_us(another)))
        copy = Copy(ours, types=("activity",))
        copy.load()
        another.change(made["url"], lambda _: {"place": "Testford"})

        left = [lambda: refusal(429, "too-many-requests", **{"Retry-After": "7"})]
        on_line(ours, lambda request, _: left.pop()() if left and "/activities/" in request.url else None)
        copy.follow()

        assert copy.records[made["id"]]["place"] == "Testford"
        assert waits == [7]


class TestAReport:
    def test_of_an_activity_and_of_progress_reads_back_as_it_was_sent(self, ours):
        commitment = owed_by_us(ours)

        activity = ours.report_activity(**workshop(commitment))
        said = ours.report_progress(
            commitment["id"], "partly", "2026-11-21", "One workshop of four was held."
        )

        us = ours.me()["organization"]["id"]
        assert [each["id"] for each in activity["organizers"]] == [us]
        assert activity["counts_toward"][0]["commitment"]["id"] == commitment["id"]
        assert activity["reached"][0]["number"] == 24
        assert ours.call("GET", activity["url"]).json() == activity
        assert (said["verdict"], said["note"]) == ("partly", "One workshop of four was held.")
        assert ours.call("GET", said["url"]).json() == said

    def test_is_made_once_though_its_answer_was_lost(self, ours, waits):
        us = ours.me()["organization"]
        report = workshop(owed_by_us(ours)) | {"organizers": [{"id": us["id"]}]}

        def breaks():
            raise requests.ConnectionError("the line breaks after the registry has written")

        line = on_line(ours, once(breaks))
        answer = ours.call("POST", "activities", json=report)

        keys = [request.headers["Idempotency-Key"] for request in line.sent]
        assert (len(keys), len(set(keys))) == (2, 1)
        assert answer.headers["Idempotency-Replayed"] == "true"
        assert [each["id"] for each in ours.listed("activities")] == [answer.json()["id"]]
        assert waits == [2]

    @pytest.mark.drill
    @pytest.mark.parametrize(
        ("status", "name", "told", "waited"),
        [
            (429, "too-many-requests", {"Retry-After": "30"}, 30),
            (503, "unavailable", {"Retry-After": "5"}, 5),
            (409, "idempotency-in-progress", {"Retry-After": "1"}, 1),
            (500, "server-error", {}, 2),
            (503, "unavailable", {"Retry-After": "Fri, 20 Nov 2026 10:00:00 GMT"}, 2),
        ],
    )
    def test_is_sent_again_after_as_long_as_it_is_told(self, ours, waits, status, name, told, waited):
        commitment = owed_by_us(ours)["id"]
        line = on_line(ours, once(lambda: refusal(status, name, **told)))

        ours.report_progress(commitment, "kept", "2026-11-21")

        assert waits == [waited]
        assert len({request.headers["Idempotency-Key"] for request in line.sent}) == 1
        assert len(list(ours.listed("progress-views"))) == 1

    def test_beyond_the_limit_waits_for_the_next_minute(self, ours, waits, settings):
        commitment = owed_by_us(ours)["id"]
        limits = settings.API_LIMITS
        settings.API_LIMITS = limits | {"write": 1}

        def wait(seconds):
            waits.append(seconds)
            settings.API_LIMITS = limits

        ours.sleep = wait
        said = [ours.report_progress(commitment, "partly", day) for day in ("2026-11-20", "2026-11-21")]

        assert len(waits) == 1
        assert 0 < waits[0] <= 60
        assert len({each["id"] for each in said}) == 2

    @pytest.mark.drill
    def test_is_given_up_after_some_attempts(self, ours, waits):
        commitment = owed_by_us(ours)["id"]
        on_line(ours, lambda *_: refusal(503, "unavailable", **{"Retry-After": "5"}))

        with pytest.raises(Problem, match="unavailable"):
            ours.report_progress(commitment, "kept", "2026-11-21")

        assert waits == [5, 5, 5, 5]

    def test_is_changed_on_what_somebody_else_left(self, ours, another):
        made = ours.report_activity(**workshop(owed_by_us(ours)))
        read = []

        def edit(now):
            if not read:
                another.change(made["url"], lambda _: {"place": "Specimen Bay"})
            read.append(now)
            return {"titles": {"en": f"{now['title']} at {now['place'] or 'no place'}"}}

        changed = ours.change(made["url"], edit)

        assert [each["place"] for each in read] == ["", "Specimen Bay"]
        assert changed["title"] == "Trial workshop in Testford at Specimen Bay"
        assert changed["place"] == "Specimen Bay"

    @pytest.mark.drill
    def test_for_somebody_else_is_refused_by_name(self, ours):
        other = next(each for each in ours.listed("organizations") if each["slug"] != "sandbox")

        with pytest.raises(Problem) as refused:
            ours.report_activity(**workshop(owed_by_us(ours)), organizers=[{"id": other["id"]}])

        assert (refused.value.status, refused.value.code) == (403, "not-your-side")
        assert refused.value.told["request_id"]


class TestABatch:
    def test_of_organizations_by_our_own_numbers_changes_nothing_the_second_time(self, ours):
        self.upsert_twice(ours, 12)

    @pytest.mark.drill
    def test_of_two_hundred_organizations_is_one_request_each_time(self, ours):
        line = on_line(ours, lambda *_: None)

        self.upsert_twice(ours, 200)

        assert len([request for request in line.sent if request.method == "POST"]) == 2

    def upsert_twice(self, ours, count):
        first = ours.upsert_organizations("partner-x", bodies(count))
        again = ours.upsert_organizations("partner-x", bodies(count))

        assert Counter(each["outcome"] for each in first.values()) == {"created": count}
        assert Counter(each["outcome"] for each in again.values()) == {"unchanged": count}
        assert {number: each["id"] for number, each in first.items()} == {
            number: each["id"] for number, each in again.items()
        }
        found = ours.call("GET", f"identifiers/organizations/partner-x/ORG-{count}").json()
        assert found["id"] == first[f"ORG-{count}"]["id"]

    def test_tells_of_each_that_failed_why_and_enters_the_others(self, ours):
        records = bodies(3)
        records["ORG-2"]["country"] = "Morocco"

        done = ours.upsert_organizations("partner-x", records)

        assert [each["outcome"] for each in done.values()] == ["created", "failed", "created"]
        assert done["ORG-2"]["problem"]["errors"][0]["pointer"] == "/data/country"

    @pytest.mark.drill
    def test_names_the_candidates_of_one_that_looks_as_if_it_were_there(self, ours):
        body = bodies(1)["ORG-1"]
        first = ours.upsert_organizations("partner-x", {"ORG-1": body})

        likely = ours.upsert_organizations("partner-y", {"77": body})
        forced = ours.upsert_organizations("partner-y", {"77": body}, allow_duplicate=True)

        assert likely["77"]["outcome"] == "failed"
        assert [each["id"] for each in likely["77"]["candidates"]] == [first["ORG-1"]["id"]]
        assert forced["77"]["outcome"] == "created"


@contextmanager
def listening(inbox: Inbox) -> Iterator[str]:
    """Gives the address at which the inbox is filled."""
    with HTTPServer(("127.0.0.1", 0), receiver(inbox)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/mithaq"
        server.shutdown()
        thread.join()


def send() -> None:
    call_command("send_webhooks", "--once", verbosity=0, stdout=StringIO())


class TestAWebhook:
    @pytest.fixture(autouse=True)
    def _development(self, settings):
        settings.OUTBOUND_DEVELOPMENT = True

    def test_tells_what_happened_and_where_to_read_it(self, ours, another):
        inbox = Inbox()
        with listening(inbox) as url:
            hook = ours.call(
                "POST", "webhook-endpoints", json={"url": url, "events": ["activity.*", "progress.*"]}
            ).json()
            inbox.secrets = [hook["secret"]]
            ours.call("POST", f"webhook-endpoints/{hook['id']}/test")
            activity = another.report_activity(**workshop(owed_by_us(another)))
            said = another.report_progress(owed_by_us(another)["id"], "partly", "2026-11-21")
            send()
            another.delete(activity["url"])
            send()

        told = {each["type"]: each for each in inbox.events}
        assert "mithaq.ping" in told
        assert ours.call("GET", told["mithaq.progress.reported"]["data"]["url"]).json() == said
        assert told["mithaq.activity.created"]["data"]["url"] == activity["url"]
        assert told["mithaq.activity.deleted"]["data"]["id"] == activity["id"]
        assert inbox.refused == 0

    @pytest.mark.drill
    def test_signs_with_both_secrets_after_a_new_one_was_drawn(self, ours):
        old, new, wrong = Inbox(), Inbox(), Inbox()
        with listening(old) as first, listening(new) as second, listening(wrong) as third:
            for inbox, url in ((old, first), (new, second), (wrong, third)):
                made = ours.call(
                    "POST", "webhook-endpoints", json={"url": url, "events": ["activity.*"]}
                ).json()
                drawn = ours.call("POST", f"webhook-endpoints/{made['id']}/rotate-secret").json()
                inbox.secrets = [made["secret"] if inbox is old else drawn["secret"]]
                ours.call("POST", f"webhook-endpoints/{made['id']}/test")
            wrong.secrets = ["whsec_" + base64.b64encode(b"somebody else's secret").decode()]
            send()

        assert [len(each.events) for each in (old, new, wrong)] == [1, 1, 0]
        assert wrong.refused == 1

    @pytest.mark.drill
    def test_that_was_not_received_comes_again_as_the_same_event(self, ours):
        inbox = Inbox()
        with listening(inbox) as url:
            hook = ours.call("POST", "webhook-endpoints", json={"url": url, "events": ["activity.*"]}).json()
            inbox.secrets = [hook["secret"]]
            ours.call("POST", f"webhook-endpoints/{hook['id']}/test")
            send()
            (delivery,) = ours.listed(f"webhook-endpoints/{hook['id']}/deliveries")
            ours.call("POST", f"webhook-endpoints/{hook['id']}/deliveries/{delivery['id']}/redeliver")
            send()
            (again,) = ours.listed(f"webhook-endpoints/{hook['id']}/deliveries")

        assert again["last_at"] > delivery["last_at"]
        assert again["webhook_id"] == delivery["webhook_id"]
        assert again["last_status"] == 204
        assert len(inbox.events) == 1

    def test_is_believed_within_five_minutes_and_unchanged(self):
        key = b"0123456789abcdef"
        body, at = b'{"type":"mithaq.ping"}', 1_800_000_000
        signature = hmac.new(key, b"msg_1.%d." % at + body, hashlib.sha256).digest()
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(at),
            "webhook-signature": "v2,other v1," + base64.b64encode(signature).decode(),
        }
        secrets = ["whsec_" + base64.b64encode(key).decode()]

        assert signed_by_registry(secrets, headers, body, now=at + 299)
        assert not signed_by_registry(secrets, headers, body, now=at + 301)
        assert not signed_by_registry(secrets, headers, body + b" ", now=at)
        assert not signed_by_registry(secrets, headers | {"webhook-id": "msg_2"}, body, now=at)
        assert not signed_by_registry(secrets, headers | {"webhook-signature": "é"}, body, now=at)
        assert not signed_by_registry(secrets, {}, body, now=at)


CODES = ("action", "outcome", "verdict", "status", "basis", "kind", "role", "editorial_state")


def grown(value):
    """The same with one more member in every object, and with codes that are not known yet."""
    if isinstance(value, list):
        return [grown(each) for each in value]
    if not isinstance(value, dict):
        return value
    more = {name: grown(each) for name, each in value.items()} | {"added_in_1_1": {"code": "new"}}
    return more | {name: "added_in_1_1" for name in CODES if isinstance(value.get(name), str)}


class TestAVersionThatHasGrown:
    """Members and codes that the page does not name yet are no news to the client."""

    @pytest.fixture
    def later(self, ours):
        def grows(_request, answer):
            if answer.headers.get("Content-Type", "").startswith("application/"):
                answer._content = json.dumps(grown(answer.json())).encode()

        on_line(ours, grows)
        return ours

    def test_is_loaded_and_followed(self, later, another):
        gone = another.report_activity(**workshop(owed_by_us(another), "Taken back"))
        copy = Copy(later)
        copy.load()
        another.delete(gone["url"])
        made = another.report_activity(**workshop(owed_by_us(another)))
        copy.follow()

        assert copy.records[made["id"]]["added_in_1_1"] == {"code": "new"}
        assert gone["id"] not in copy.records

    @pytest.mark.drill
    def test_is_written_to(self, later):
        made = later.report_activity(**workshop(owed_by_us(later)))

        assert later.change(made["url"], lambda _: {"place": "Testford"})["place"] == "Testford"
        assert later.report_progress(owed_by_us(later)["id"], "kept", "2026-11-21")["id"]
        assert later.upsert_organizations("partner-x", bodies(2))["ORG-2"]["status"] == 201

    @pytest.mark.drill
    def test_may_refuse_with_a_code_nobody_knew(self, ours):
        on_line(ours, lambda *_: refusal(451, "not-in-this-country"))

        with pytest.raises(Problem) as refused:
            ours.me()

        assert (refused.value.status, refused.value.code) == (451, "not-in-this-country")

    def test_may_tell_of_events_nobody_knew(self):
        inbox, body = Inbox(), b'{"type":"mithaq.treaty.sealed","data":{"id":"1"},"added":1}'
        with mock.patch("tests.partner.client.signed_by_registry", return_value=True):
            assert inbox.receive({"webhook-id": "msg_9"}, body) == 204

        assert [each["type"] for each in inbox.events] == ["mithaq.treaty.sealed"]


class TestAToken:
    def test_is_never_sent_anywhere_else(self, ours):
        with pytest.raises(ValueError, match=r"elsewhere\.example"):
            ours.call("GET", "https://elsewhere.example/api/v1/me")
