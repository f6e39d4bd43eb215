"""Every example of the API, once: shown on the page for developers, told in the contract, and run by a test.

They are run in this order, by a token of the sandbox organization in the sample registry. `$NAMES` stand for ids of
that registry and for what an earlier example answered (`keeps`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MERGE_PATCH = "application/merge-patch+json"
ANY = ...
"""In an answer: whatever stands there."""


@dataclass(frozen=True)
class Example:
    """One request, and what must be in its answer."""

    name: str
    title: str | Promise
    method: str
    path: str
    """Below /api/v1, or whole where it begins with /identity/."""
    status: int
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] = field(default_factory=dict)
    """The fields of a form, in the place of a body."""
    file: tuple[str, str] | None = None
    """Name and content of the part `file` of a form."""
    answer: Any = None
    """What is in the answer, among more: members of objects, and the first elements of arrays."""
    answered: Mapping[str, str] = field(default_factory=dict)
    """Headers of the answer, with what they begin with."""
    keeps: Mapping[str, str] = field(default_factory=dict)
    """Name → where it is in the answer: members with dots, or a header."""
    shown: bool = True
    """Whether the page shows it; the contract tells them all."""

    @property
    def is_keyed(self) -> bool:
        """Whether it needs an Idempotency-Key."""
        return self.method == "POST" and not self.path.startswith("/identity/")


PLACES = {
    "AMAN_BAYTI": "the agreement of Aman and Bayti",
    "ENTRAIDE_AL_AMAL": "the agreement of Entraide nationale and the Al Amal centre",
    "SANDBOX": "the sandbox organization",
    "AGREEMENT": "the agreement of the sandbox",
    "COMMITMENT": "what the sandbox owes in it: workshops",
}
"""What is in the sample registry → what it is."""

TITLE = {"titles": {"en": "Trial workshop in Testford"}}

EXAMPLES = (
    # In five minutes.
    Example(
        "me",
        _("Who am I?"),
        "GET",
        "/me",
        200,
        answer={
            "type": "token",
            "role": "partner_system",
            "organization": {"label": "Mithaq Sandbox (fictional)"},
            "scopes": ["read", "agreements:write"],
        },
    ),
    Example(
        "first-list",
        _("The first agreements"),
        "GET",
        "/agreements",
        200,
        query=(("order", "number"), ("page_size", "2"), ("fields", "id,code,title")),
        answer={
            "results": [{"id": ANY, "code": ANY, "title": ANY}, {"code": ANY}],
            "next": ANY,
            "previous": None,
        },
    ),
    Example(
        "one",
        _("One agreement, with the words that prove each fact"),
        "GET",
        "/agreements/$AMAN_BAYTI",
        200,
        query=(("expand", "proof"), ("fields", "title,dates,citations")),
        answer={
            "title": ANY,
            "dates": {"signed": {"stated": "yesterday", "earliest": None, "basis": "relative"}},
            "citations": [{"source": ANY, "start": ANY, "end": ANY, "quote": ANY}],
        },
        answered={"ETag": '"'},
        keeps={"READ": "ETag"},
    ),
    # Lists.
    Example(
        "filters",
        _("What the sandbox owes by the end of 2026"),
        "GET",
        "/commitments",
        200,
        query=(("debtor", "$SANDBOX"), ("due_to", "2026"), ("fields", "text,joint,due")),
        answer={
            "results": [
                {
                    "text": "Hold four trial workshops for developers",
                    "joint": False,
                    "due": {"stated": "by 31 December 2026", "edtf": "2026-12-31", "basis": "stated"},
                }
            ]
        },
    ),
    Example(
        "certain",
        _("Signed in March 2026 for certain"),
        "GET",
        "/agreements",
        200,
        query=(
            ("signed_from", "2026-03"),
            ("signed_to", "2026-03"),
            ("signed_match", "certain"),
            ("identifier", "sample:sandbox"),
            ("fields", "title,answers"),
        ),
        answer={"results": [{"title": "Sandbox agreement (fictional)", "answers": {"signed": "certain"}}]},
    ),
    Example(
        "unknown",
        _("No source tells when it was signed"),
        "GET",
        "/agreements",
        200,
        query=(("signed", "unknown"), ("order", "number"), ("fields", "code,dates.signed")),
        answer={
            "results": [
                {"code": ANY, "dates": {"signed": {"stated": "yesterday", "edtf": None}}},
                {"code": ANY},
            ]
        },
    ),
    Example(
        "negated",
        _("All but one kind, counted, in brief"),
        "GET",
        "/agreements",
        200,
        query=(
            ("not.kind", "cooperation_agreement"),
            ("brief", "true"),
            ("order", "number"),
            ("count", "exact"),
        ),
        answer={"results": [{"id": ANY, "type": "agreement", "label": ANY, "url": ANY}], "count": ANY},
    ),
    Example(
        "expanded",
        _("The parties with their whole organizations"),
        "GET",
        "/agreements/$AMAN_BAYTI",
        200,
        query=(
            ("expand", "parties.organization"),
            ("fields", "parties.organization.slug,parties.organization.names"),
        ),
        answer={"parties": [{"organization": {"slug": "aman", "names": {"fr": ANY}}}]},
    ),
    Example(
        "numbered",
        _("A record by its number elsewhere"),
        "GET",
        "/identifiers/agreements/sample/entraide-al-amal",
        307,
        answered={"Location": "http"},
    ),
    # Languages and formats.
    Example(
        "arabic",
        _("The same record in Arabic"),
        "GET",
        "/agreements/$ENTRAIDE_AL_AMAL",
        200,
        query=(("fields", "title,kind"),),
        headers={"Accept-Language": "ar"},
        answer={"title": ANY, "kind": {"code": "partnership_agreement", "label": "اتفاقية شراكة"}},
        answered={"Content-Language": "ar"},
    ),
    Example(
        "unchanged",
        _("Ask again only if it has changed"),
        "GET",
        "/agreements/$AMAN_BAYTI",
        304,
        query=(("expand", "proof"), ("fields", "title,dates,citations")),
        headers={"If-None-Match": "$READ"},
    ),
    Example(
        "csv",
        _("A list as a table"),
        "GET",
        "/commitments",
        200,
        query=(("debtor", "$SANDBOX"), ("format", "csv")),
        answered={"Content-Type": "text/csv"},
    ),
    Example(
        "linked",
        _("A record as linked data"),
        "GET",
        "/agreements/$AMAN_BAYTI",
        200,
        headers={"Accept": "application/ld+json"},
        answer={"@context": ANY},
        answered={"Content-Type": "application/ld+json"},
    ),
    # A copy in step.
    Example(
        "start",
        _("The place of now"),
        "GET",
        "/changes/start",
        200,
        answer={"token": ANY, "next": ANY},
        keeps={"PLACE": "token"},
    ),
    # Writing. What is reported here is what the feed tells below.
    Example(
        "report",
        _("Report an activity"),
        "POST",
        "/activities",
        201,
        body={
            "source_language": "en",
            "titles": {"en": "Trial workshop in Testford"},
            "kind": "workshop",
            "status": "held",
            "held": {
                "stated": "2026-11-20",
                "earliest": "2026-11-20",
                "latest": "2026-11-20",
                "basis": "stated",
            },
            "organizers": [{"id": "$SANDBOX"}],
            "counts_toward": [{"commitment": {"id": "$COMMITMENT"}, "extent": "part"}],
            "reached": [{"number": 24}],
        },
        answer={"id": ANY, "type": "activity", "url": ANY, "version": 1, "status": "held"},
        answered={"Location": "http", "ETag": '"1-en-json"'},
        keeps={"ACTIVITY": "id", "TAG": "ETag"},
    ),
    Example(
        "change",
        _("Change one member, on the state that was read"),
        "PATCH",
        "/activities/$ACTIVITY",
        200,
        headers={"If-Match": "$TAG"},
        body={"place": "Testford"},
        answer={"place": "Testford", "version": 2},
        answered={"ETag": '"2-en-json"'},
    ),
    Example(
        "blind",
        _("Without If-Match nothing is changed"),
        "PATCH",
        "/activities/$ACTIVITY",
        428,
        body={"place": "Specimen Bay"},
        answer={"type": ANY, "status": 428, "title": ANY},
    ),
    Example(
        "stale",
        _("On an older state neither: what changed since is named"),
        "PATCH",
        "/activities/$ACTIVITY",
        412,
        headers={"If-Match": "$TAG"},
        body={"place": "Specimen Bay"},
        answer={"status": 412, "version": 2, "updated_by": ANY, "changed": ["/place"]},
    ),
    Example(
        "progress",
        _("Say how far a commitment is"),
        "POST",
        "/progress-views",
        201,
        body={
            "commitment": {"id": "$COMMITMENT"},
            "verdict": "partly",
            "said_on": "2026-11-21",
            "note": "One workshop of four was held.",
        },
        answer={"type": "progress_view", "verdict": "partly", "party": {"id": ANY}},
    ),
    Example(
        "register",
        _("Register an agreement with its source and a quote"),
        "POST",
        "/agreements",
        201,
        body={
            "kind": "memorandum_of_understanding",
            "source_language": "en",
            "titles": {"en": "Trial memorandum (fictional)"},
            "identifiers": [{"scheme": "case-management", "value": "4711"}],
            "dates": {"signed": {"stated": "last spring", "basis": "relative"}},
            "sources": [
                {
                    "key": "letter",
                    "kind": "letter",
                    "language": "en",
                    "text": "The Mithaq Sandbox will open two trial rooms, we agreed last spring.",
                }
            ],
            "organizations": [
                {
                    "key": "rooms",
                    "slug": "trial-rooms",
                    "source_language": "en",
                    "names": {"en": "Trial Rooms (fictional)"},
                }
            ],
            "parties": [
                {"key": "a", "organization": {"id": "$SANDBOX"}},
                {"key": "b", "organization": {"key": "rooms"}},
            ],
            "commitments": [
                {
                    "kind": "service",
                    "texts": {"en": "Open two trial rooms"},
                    "debtors": ["a"],
                    "quantity": 2,
                    "unit": "rooms",
                    "citations": [
                        {
                            "source": "letter",
                            "start": 0,
                            "end": 44,
                            "quote": "The Mithaq Sandbox will open two trial rooms",
                        }
                    ],
                }
            ],
        },
        answer={"id": ANY, "code": ANY, "editorial_state": "draft", "version": 1},
        answered={"Location": "http"},
        keeps={"DRAFT": "id"},
    ),
    # Many at once.
    Example(
        "upsert",
        _("Enter it, or let it read so"),
        "PUT",
        "/identifiers/organizations/partner-x/ORG-1",
        201,
        body={"source_language": "en", "names": {"en": "Loom of Testford (fictional)"}, "country": "MA"},
        answer={"identifiers": [{"scheme": "partner-x", "value": "ORG-1"}], "version": 1},
    ),
    Example(
        "batch",
        _("Up to 500 in one request"),
        "POST",
        "/batch/organizations",
        200,
        body={
            "mode": "upsert",
            "atomic": False,
            "items": [
                {
                    "key": "1",
                    "match": {"scheme": "partner-x", "value": "ORG-1"},
                    "data": {"city": "Testford"},
                },
                {
                    "key": "2",
                    "match": {"scheme": "partner-x", "value": "ORG-2"},
                    "data": {"source_language": "en", "names": {"en": "Spindle of Nowhere (fictional)"}},
                },
            ],
        },
        answer={
            "summary": {"created": 1, "updated": 1, "unchanged": 0, "failed": 0},
            "results": [
                {"key": "1", "index": 0, "status": 200, "outcome": "updated", "version": 2},
                {"key": "2", "index": 1, "status": 201, "outcome": "created"},
            ],
        },
    ),
    Example(
        "import",
        _("Send a table"),
        "POST",
        "/imports",
        202,
        form={"table": "organizations"},
        file=(
            "bodies.csv",
            "slug,name_en,source_language,country\npotter,The Potter of Testford (fictional),en,MA\n",
        ),
        answer={"id": ANY, "url": ANY, "state": ANY},
        answered={"Location": "http"},
        keeps={"JOB": "id"},
    ),
    Example(
        "job",
        _("How far it is"),
        "GET",
        "/jobs/$JOB",
        200,
        answer={"state": ANY, "progress": {"done": ANY, "total": ANY}, "counts": ANY},
    ),
    # The feed again.
    Example(
        "changes",
        _("What changed since"),
        "GET",
        "/changes",
        200,
        query=(("after", "$PLACE"), ("types", "activity")),
        answer={
            "results": [{"type": "activity", "action": "created", "id": ANY, "url": ANY, "version": ANY}],
            "token": ANY,
            "next": ANY,
            "has_more": False,
        },
    ),
    # Webhooks.
    Example(
        "subscribe",
        _("Add a webhook"),
        "POST",
        "/webhook-endpoints",
        201,
        body={"url": "https://receiver.example/mithaq", "events": ["agreement.*", "progress.reported"]},
        answer={"id": ANY, "active": True, "secret": ANY},
        keeps={"WEBHOOK": "id"},
    ),
    Example(
        "ping",
        _("Have it called once, to see whether it listens"),
        "POST",
        "/webhook-endpoints/$WEBHOOK/test",
        202,
        answer={"webhook_id": ANY, "type": "ping", "state": "pending"},
    ),
    Example(
        "rotate",
        _("Draw a new secret"),
        "POST",
        "/webhook-endpoints/$WEBHOOK/rotate-secret",
        200,
        answer={"secret": ANY, "previous_secret_until": ANY},
    ),
    # Problems.
    Example(
        "misspelt",
        _("A parameter that is misspelt"),
        "GET",
        "/agreements",
        400,
        query=(("stat", "in_force"),),
        answer={
            "type": ANY,
            "title": "The request cannot be understood",
            "status": 400,
            "request_id": ANY,
            "errors": [
                {
                    "pointer": "/stat",
                    "code": "unknown_parameter",
                    "detail": "Unknown parameter; did you mean “state”?",
                }
            ],
        },
    ),
    Example(
        "misquoted",
        _("A quote that does not stand in its source"),
        "POST",
        "/agreements",
        422,
        body={
            "kind": "memorandum_of_understanding",
            "source_language": "en",
            "titles": {"en": "Trial memorandum (fictional)"},
            "sources": [{"key": "letter", "kind": "letter", "language": "en", "text": "We meet in spring."}],
            "parties": [
                {
                    "organization": {"id": "$SANDBOX"},
                    "citations": [{"source": "letter", "start": 0, "end": 2, "quote": "They"}],
                }
            ],
        },
        answer={
            "status": 422,
            "errors": [{"pointer": "/parties/0/citations/0/quote", "code": "quote_differs", "detail": ANY}],
        },
    ),
    # OAuth 2.
    Example(
        "oauth",
        _("A token for an hour"),
        "POST",
        "/identity/o/api/token",
        200,
        form={"grant_type": "client_credentials", "scope": "read"},
        answer={"access_token": ANY, "token_type": "Bearer", "expires_in": 3600, "scope": "read"},
    ),
)
BY_NAME = {each.name: each for each in EXAMPLES}
