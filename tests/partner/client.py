"""A partner's client of the registry, written from its developer page alone. It needs `requests`, nothing else."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import requests

# Each type of the feed, and the list that its records are loaded from.
LISTS = {
    "agreement": "agreements",
    "organization": "organizations",
    "person": "people",
    "programme": "programmes",
    "source": "sources",
    "activity": "activities",
    "progress_view": "progress-views",
}
BATCH = 500


class Problem(Exception):
    """An answer from 400 up: what is told of it, under the last part of its type."""

    def __init__(self, answer: requests.Response):
        try:
            self.told = answer.json()
        except requests.JSONDecodeError:  # a proxy in between speaks otherwise
            self.told = {}
        self.status = answer.status_code
        self.code = str(self.told.get("type", "")).rstrip("/").rpartition("/")[2]
        self.errors = self.told.get("errors", [])
        super().__init__(
            f"{self.status} {self.code}: {self.told.get('detail', answer.text[:200])} {self.errors or ''}"
        )


class Registry:
    """Calls the API as one organization, and sends again what may be sent again."""

    def __init__(
        self, root: str, token: str, sleep: Callable[[float], object] = time.sleep, attempts: int = 5
    ):
        self.root, self.sleep, self.attempts = root.rstrip("/"), sleep, attempts
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **request) -> requests.Response:
        """One thing done: a POST keeps its Idempotency-Key through all attempts."""
        url = path if "://" in path else f"{self.root}/{path}"
        if not url.startswith(f"{self.root}/"):
            raise ValueError(f"The token is not sent to {url}")
        if method == "POST":
            request["headers"] = {"Idempotency-Key": str(uuid.uuid4())} | request.get("headers", {})
        for attempt in range(1, self.attempts + 1):
            last = attempt == self.attempts
            try:
                answer = self.session.request(method, url, timeout=60, **request)
            except (requests.ConnectionError, requests.Timeout):
                if last:
                    raise
                self.sleep(2**attempt)
                continue
            if answer.status_code < 400:
                return answer
            problem = Problem(answer)
            if last or not self._passes(problem):
                raise problem
            self.sleep(_seconds(answer.headers.get("Retry-After"), otherwise=2**attempt))
        raise AssertionError("unreachable")

    @staticmethod
    def _passes(problem: Problem) -> bool:
        return problem.status in {429, 500, 502, 503, 504} or problem.code == "idempotency-in-progress"

    def me(self) -> dict:
        return self.call("GET", "me").json()

    def listed(self, name: str, **parameters) -> Iterator[dict]:
        """All records of a list, page after page."""
        page = self.call("GET", name, params={"page_size": 200} | parameters).json()
        yield from page["results"]
        while page.get("next"):
            page = self.call("GET", page["next"]).json()
            yield from page["results"]

    def change(self, url: str, edit: Callable[[dict], dict]) -> dict:
        """`edit` is given the record as it is and gives the members to change; anew where somebody was faster."""
        for _attempt in range(self.attempts):
            read = self.call("GET", url)
            headers = {"If-Match": read.headers["ETag"], "Content-Type": "application/merge-patch+json"}
            try:
                return self.call("PATCH", url, data=json.dumps(edit(read.json())), headers=headers).json()
            except Problem as problem:
                if problem.status != 412:
                    raise
                refused = problem
        raise refused

    def delete(self, url: str) -> None:
        """Take a record out, as it is now."""
        self.call("DELETE", url, headers={"If-Match": self.call("GET", url).headers["ETag"]})

    def report_activity(self, **activity) -> dict:
        """What was done, by one's own organization if no other is named."""
        activity.setdefault("organizers", [{"id": self.me()["organization"]["id"]}])
        return self.call("POST", "activities", json=activity).json()

    def report_progress(self, commitment: str, verdict: str, said_on: str, note: str = "") -> dict:
        """How far one's own side says that a commitment is."""
        body = {"commitment": {"id": commitment}, "verdict": verdict, "said_on": said_on, "note": note}
        return self.call("POST", "progress-views", json=body).json()

    def upsert_organizations(self, scheme: str, records: dict[str, dict], **options) -> dict[str, dict]:
        """Let each organization with this number read so; gives what became of each, by its number."""
        numbers, outcomes = list(records), {}
        for start in range(0, len(numbers), BATCH):
            sent = numbers[start : start + BATCH]
            items = [{"match": {"scheme": scheme, "value": each}, "data": records[each]} for each in sent]
            body = {"mode": "upsert", "atomic": False, "items": [item | options for item in items]}
            answer = self.call("POST", "batch/organizations", json=body).json()
            outcomes |= {sent[result["index"]]: result for result in answer["results"]}
        return outcomes


def _seconds(told: str | None, otherwise: float) -> float:
    return float(told) if told and told.strip().isdigit() else otherwise


class Copy:
    """All records of some types, as one's own organization may read them, and the place in the feed."""

    def __init__(self, registry: Registry, types: tuple[str, ...] = tuple(LISTS)):
        self.registry, self.types = registry, types
        self.records: dict[str, dict] = {}
        self.place = ""

    def load(self) -> None:
        """Everything there is. The place is taken first: what moves meanwhile comes again."""
        place = self.registry.call("GET", "changes/start").json()["token"]
        records = {}
        for name in self.types:
            records |= {each["id"]: each for each in self.registry.listed(LISTS[name])}
        self.records, self.place = records, place

    def follow(self) -> None:
        """What changed since; everything anew if the feed does not go back that far."""
        more = True
        while more:
            asked = {"after": self.place, "types": self.types, "view": "compact"}
            try:
                page = self.registry.call("GET", "changes", params=asked).json()
            except Problem as problem:
                if problem.code != "feed-expired":
                    raise
                self.load()
                return
            for line in page["results"]:
                self._take(line)
            self.place, more = page["token"], page["has_more"]  # kept once the page is worked off

    def _take(self, line: dict) -> None:
        """The record tells what is true, whatever the action was; only 404 and 410 mean that it is gone."""
        self.records.pop(line["id"], None)
        into = line.get("into", line)
        if "url" not in into:
            return
        try:
            record = self.registry.call("GET", into["url"]).json()
        except Problem as problem:
            if problem.status not in {404, 410}:
                raise
        else:
            self.records[record["id"]] = record


def signed_by_registry(secrets: list[str], headers, body: bytes, now: float | None = None) -> bool:
    """Whether one of the secrets signed this, within the last five minutes."""
    key, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (at.isascii() and at.isdigit()) or abs((time.time() if now is None else now) - int(at)) > 300:
        return False
    told = [each.encode() for each in headers.get("webhook-signature", "").split()]
    for secret in secrets:
        signed = hmac.new(
            base64.b64decode(secret.removeprefix("whsec_")), f"{key}.{at}.".encode() + body, hashlib.sha256
        )
        expected = b"v1," + base64.b64encode(signed.digest())
        if any(hmac.compare_digest(expected, each) for each in told):
            return True
    return False


class Inbox:
    """What webhooks told: each event once. Work on `events` later, and elsewhere."""

    def __init__(self):
        self.secrets: list[str] = []
        self.seen: set[str] = set()
        self.events: list[dict] = []
        self.refused = 0

    def receive(self, headers, body: bytes) -> int:
        """Gives the status to answer with."""
        if not signed_by_registry(self.secrets, headers, body):
            self.refused += 1
            return 401
        if headers["webhook-id"] not in self.seen:
            self.seen.add(headers["webhook-id"])
            self.events.append(json.loads(body))
        return 204


def receiver(inbox: Inbox) -> type[BaseHTTPRequestHandler]:
    """A handler for http.server that fills the inbox."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(inbox.receive(self.headers, body))
            self.end_headers()

        def log_message(self, *_):
            pass

    return Receiver
