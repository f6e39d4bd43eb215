"""Examples of what goes with it: webhooks, problems, OAuth 2."""

from django.utils.translation import gettext_lazy as _

from config.examples.example import ANY, Example

AROUND = (
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
