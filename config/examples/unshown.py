# ruff: noqa: E501  (a line an example)
"""Examples that the page does not show: every operation of the contract has one, and each is run as the others are."""

from config.examples.example import ANY, Example

LISTED = (
    "activities", "advantages", "agreements", "amendments", "citations", "commitments", "events", "groups", "jobs",
    "links", "objectives", "offices", "open-questions", "organizations", "parties", "people", "programmes",
    "progress-views", "signatories", "sources", "statements", "webhook-endpoints",
)  # fmt: skip
TEXT = {"texts": {"en": "Something to try (fictional)"}}
OF_DRAFT = {"agreement": {"id": "$DRAFT"}}
NOT_THERE = "/00000000-0000-7000-8000-000000000000"
FOUND = {"id": ANY, "type": ANY, "url": ANY}
ANY_STATE = {"If-Match": "*"}

KEPT = {"sources": "PRESS", "programmes": "PROGRAMME"}

# Part → a new one, and a change of it.
PARTS = {
    "objectives": (TEXT, {"kind": "guiding_principle"}),
    "groups": (TEXT, {"place": "Testford"}),
    "statements": (TEXT, {"texts": {"en": "Something else (fictional)"}}),
    "commitments": (TEXT | {"kind": "training", "debtors": ["$PARTY"]}, {"quantity": "2.00", "unit": "days"}),
    "advantages": (TEXT | {"provider": "$PARTY"}, {"provider": None}),
    "open-questions": (
        TEXT | {"fact": "$PARTY", "readings": [{"texts": {"en": "One"}}, {"texts": {"en": "Two"}}]},
        {"fact": None},
    ),
    "events": (
        {"kind": "suspension", "reasons": {"en": "No room (fictional)"}},
        {"reasons": {"en": "No money (fictional)"}},
    ),
    "links": ({"to": {"id": "$AMAN_BAYTI"}, "kind": "related"}, {"kind": "implements"}),
    "parties": ({"organization": {"id": "$ORGANIZATION"}}, {"name_as_written": "The third"}),
    "signatories": (
        {"party": {"id": "$PARTY"}, "person": {"id": "$PERSON"}},
        {"person": {"id": "$PERSON"}},
    ),
    "citations": (
        {
            "source": "$SOURCE",
            "start": 4,
            "end": 18,
            "quote": "Mithaq Sandbox",
            "fact": {"type": "party", "id": "$PARTY"},
        },
        {"note": "As the letter calls it."},
    ),
}


def _life(resource: str, new: dict, change: dict) -> list[Example]:
    """A record that is entered, read, changed and taken out again."""
    name = resource.replace("-", "_")
    key = f"NEW_{name.upper()}"
    owner = {} if resource in {"citations", "people", "offices", "organizations"} else OF_DRAFT
    at, one = f"/{resource}/${key}", {"shown": False}
    return [
        Example(f"{name}-new", "Add one", "POST", f"/{resource}", 201, body=new | owner, answer=FOUND, keeps={key: "id"}, **one),
        Example(f"{name}-one", "Read one", "GET", at, 200, answer=FOUND, **one),
        Example(f"{name}-changed", "Change it", "PATCH", at, 200, headers=ANY_STATE, body=change, answer=FOUND, **one),
        Example(f"{name}-gone", "Take it out", "DELETE", at, 204, headers=ANY_STATE, **one),
    ]  # fmt: skip


def _get(name: str, title: str, path: str, status: int = 200, **more) -> Example:
    return Example(name, title, "GET", path, status, shown=False, **more)


def _do(name: str, title: str, method: str, path: str, status: int, **more) -> Example:
    return Example(name, title, method, path, status, shown=False, **more)


PERSON = {"source_language": "en", "names": {"en": "Example Person (fictional)"}}
LOOM = {"source_language": "en", "names": {"en": "Weavers of Testford (fictional)"}}

MORE = (
    _get("service", "Where everything is", "/", answer={"resources": ANY, "links": ANY}),
    _get("contract", "The contract", "/openapi.json", answer={"openapi": "3.1.1"}),
    _get("draft-read", "The draft, with its parts", "/agreements/$DRAFT", answer=FOUND, keeps={"PARTY": "parties.0.id"}),
    _get("draft-sources", "Its sources", "/agreements/$DRAFT/sources", answer=ANY, keeps={"SOURCE": "0.id"}),
    _do("person-new", "Enter a person", "POST", "/people", 201, body=PERSON, answer=FOUND, keeps={"PERSON": "id"}),
    _do("person-changed", "Change a person", "PATCH", "/people/$PERSON", 200, headers=ANY_STATE, body={"names": {"en": "Example Person the Second (fictional)"}}, answer=FOUND),
    _get("person-read", "One person", "/people/$PERSON", answer=FOUND),
    _do("organization-new", "Enter an organization", "POST", "/organizations", 201, body=LOOM, answer=FOUND, keeps={"ORGANIZATION": "id"}),
    _get("organization-read", "One organization", "/organizations/$ORGANIZATION", answer=FOUND),
    _do("organization-changed", "Change an organization", "PATCH", "/organizations/$ORGANIZATION", 200, headers=ANY_STATE, body={"country": "MA"}, answer={"country": "MA"}),
    *(each for resource, (new, change) in PARTS.items() for each in _life(resource, new, change)),
    *_life(
        "offices",
        {"person": {"id": "$PERSON"}, "organization": {"id": "$ORGANIZATION"}, "source_language": "en", "titles": {"en": "director"}},
        {"titles": {"en": "head"}},
    ),
    *(
        _get(f"{name.replace('-', '_')}-listed", "A list", f"/{name}", query=(("page_size", "1"),), answer={"results": ANY, "next": ANY})
        for name in LISTED
        if name not in KEPT
    ),
    *(
        _get(f"{name}-listed", "A list", f"/{name}", query=(("page_size", "1"),), answer={"results": [FOUND], "next": ANY}, keeps={key: "results.0.id"})
        for name, key in KEPT.items()
    ),
    _do("amendment-new", "An amendment comes with its dossier", "POST", "/amendments", 422, body=OF_DRAFT | {"number": 1}, answer={"status": 422}),
    _get("amendment-read", "What is not there", f"/amendments{NOT_THERE}", 404, answer={"status": 404}),
    _do("amendment-changed", "What is not there", "PATCH", f"/amendments{NOT_THERE}", 404, headers=ANY_STATE, body={"notes": {"en": "?"}}, answer={"status": 404}),
    _do("amendment-gone", "What is not there", "DELETE", f"/amendments{NOT_THERE}", 404, headers=ANY_STATE, answer={"status": 404}),
    _get("history", "Who did what to it is for those who may read that", "/agreements/$DRAFT/history", 403, answer={"status": 403}),
    _do("draft-changed", "Change a draft", "PATCH", "/agreements/$DRAFT", 200, headers=ANY_STATE, body={"titles": {"en": "Trial memorandum, once more (fictional)"}}, answer=FOUND),
    _get("next-steps", "What may be done with it next", "/agreements/$DRAFT/transitions", answer=ANY),
    _do("submitted", "Give it to review", "POST", "/agreements/$DRAFT/transitions", 200, headers=ANY_STATE, body={"to": "submit"}, answer={"editorial_state": "in_review"}),
    _do("called-back", "Call it back", "POST", "/agreements/$DRAFT/transitions", 200, headers=ANY_STATE, body={"to": "call_back"}, answer={"editorial_state": "draft"}),
    _do("draft-gone", "Take a draft out", "DELETE", "/agreements/$DRAFT", 204, headers=ANY_STATE),
    _do("agreement-upsert", "Enter a draft, or let it read so", "PUT", "/identifiers/agreements/case-management/4712", 201, body={"kind": "memorandum_of_understanding", "source_language": "en", "titles": {"en": "Second trial memorandum (fictional)"}, "parties": [{"organization": {"id": "$SANDBOX"}}]}, answer=FOUND),
    _get("organization-numbered", "An organization by its number elsewhere", "/identifiers/organizations/partner-x/ORG-1", 307, answered={"Location": "http"}),
    _do("batch-people", "Many people", "POST", "/batch/people", 200, body={"dry_run": True, "items": [{"data": PERSON}]}, answer={"summary": ANY, "results": ANY}),
    _do("batch-agreements", "Many drafts", "POST", "/batch/agreements", 200, body={"dry_run": True, "items": [{"match": {"scheme": "case-management", "value": "4712"}, "data": {"place": "Testford"}}]}, answer={"summary": ANY, "results": ANY}),
    _do("batch-activities", "Many activities", "POST", "/batch/activities", 200, body={"dry_run": True, "items": [{"id": "$ACTIVITY", "data": {"place": "Specimen Bay"}}]}, answer={"summary": {"created": 0, "updated": 1, "unchanged": 0, "failed": 0}}),
    _get("activity-read", "One activity", "/activities/$ACTIVITY", answer=FOUND),
    _do("evidence-new", "Add a file that shows it", "POST", "/activities/$ACTIVITY/evidence", 201, file=("list.csv", "day,people\n2026-11-20,24\n"), answer={"id": ANY, "url": ANY}, keeps={"EVIDENCE": "id"}),
    _get("evidence-read", "The file", "/evidence-files/$EVIDENCE"),
    _do("activity-gone", "Take an activity back", "DELETE", "/activities/$ACTIVITY", 204, query=(("reason", "It was a trial."),), headers=ANY_STATE),
    _get("progress-read", "One view", f"/progress-views{NOT_THERE}", 404, answer={"status": 404}),
    _get("search", "All kinds at once", "/search", query=(("q", "sandbox"),), answer={"results": ANY, "capped": False}),
    _get("source-read", "One source", "/sources/$PRESS", answer=FOUND),
    _get("source-quotes", "What is quoted from it", "/sources/$PRESS/citations"),
    _get("source-file", "What is not there", f"/source-files{NOT_THERE}", 404, answer={"status": 404}),
    _get("programme-read", "One programme", "/programmes/$PROGRAMME", answer=FOUND),
    _do("programme-new", "Programmes are editors’ to enter", "POST", "/programmes", 403, body={"slug": "trial", "source_language": "en", "names": {"en": "Trial (fictional)"}}, answer={"status": 403}),
    _do("programme-changed", "Programmes are editors’ to change", "PATCH", "/programmes/$PROGRAMME", 403, headers=ANY_STATE, body={"names": {"en": "Trial (fictional)"}}, answer={"status": 403}),
    _do("programme-gone", "Programmes are editors’ to remove", "DELETE", "/programmes/$PROGRAMME", 403, headers=ANY_STATE, answer={"status": 403}),
    _get("vocabularies", "The vocabularies", "/vocabularies", answer={"themes": ANY}),
    _get("vocabulary", "One vocabulary", "/vocabularies/themes"),
    _get("term", "One term", "/vocabularies/themes/health", answer={"code": "health", "labels": ANY}),
    _do("term-put", "Terms are an administrator’s", "PUT", "/vocabularies/themes/trials", 403, body={"labels": {"en": "Trials"}}, answer={"status": 403}),
    _do("term-changed", "Terms are an administrator’s", "PATCH", "/vocabularies/themes/health", 403, body={"retired": False}, answer={"status": 403}),
    _get("job-rows", "What each row would do", "/jobs/$JOB/rows", answer={"results": ANY}),
    _do("job-applied", "What is not checked yet is not entered", "POST", "/jobs/$JOB/apply", 422, body={"mode": "all"}, answer={"status": 422}),
    _do("job-undone", "What was not entered is not taken back", "POST", "/jobs/$JOB/undo", 403, answer={"status": 403}),
    _get("exported", "All that one may read", "/exports/registry.zip", answered={"Content-Type": "application/zip"}),
    _get("webhook-read", "One webhook", "/webhook-endpoints/$WEBHOOK", answer=FOUND),
    _do("webhook-changed", "Change a webhook", "PATCH", "/webhook-endpoints/$WEBHOOK", 200, headers=ANY_STATE, body={"label": "Trial"}, answer={"label": "Trial"}),
    _get("deliveries", "What it was told", "/webhook-endpoints/$WEBHOOK/deliveries", answer={"results": ANY}, keeps={"DELIVERY": "results.0.id"}),
    _do("redelivered", "Send it again", "POST", "/webhook-endpoints/$WEBHOOK/deliveries/$DELIVERY/redeliver", 202, answer={"webhook_id": ANY}),
    _do("webhook-gone", "Remove a webhook", "DELETE", "/webhook-endpoints/$WEBHOOK", 204, headers=ANY_STATE),
    _do("organization-merged", "Merging is for editors", "POST", "/organizations/$ORGANIZATION/merge", 403, body={"into": {"id": "$SANDBOX"}, "reason": "A trial."}, answer={"status": 403}),
    _do("person-merged", "Merging is for editors", "POST", "/people/$PERSON/merge", 403, body={"into": {"id": "$PERSON"}, "reason": "A trial."}, answer={"status": 403}),
    _do("person-gone", "Take a person out", "DELETE", "/people/$PERSON", 204, headers=ANY_STATE),
    _do("organization-gone", "Take an organization out", "DELETE", "/organizations/$ORGANIZATION", 204, headers=ANY_STATE),
)  # fmt: skip
