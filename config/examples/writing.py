"""Examples that write: one record, many at once; and what the feed then tells of it."""

from django.utils.translation import gettext_lazy as _

from config.examples.example import ANY, Example

WRITING = (
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
            "documents": True,
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
                {
                    "key": "1",
                    "index": 0,
                    "status": 200,
                    "outcome": "updated",
                    "version": 2,
                    "document": {"city": "Testford", "country": "MA"},
                },
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
)
