"""Examples that read: the first calls, lists, languages and formats."""

from django.utils.translation import gettext_lazy as _

from config.examples.example import ANY, Example

READING = (
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
)
