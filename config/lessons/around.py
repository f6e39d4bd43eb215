"""What goes with it: webhooks, errors, limits, access, versions."""

from django.utils.translation import gettext_lazy as _

from config.lessons.section import Block, Section, says, shows

AROUND = (
    Section(
        "webhooks",
        _("Webhooks"),
        [
            says(
                _(
                    "A webhook is called when something happens that your organization may read. Name the "
                    "events with patterns such as `agreement.*`; the secret is in this answer and nowhere "
                    "else. Only public HTTPS addresses are called, without redirects."
                )
            ),
            *shows("subscribe", "ping", "rotate"),
            Block(table="events"),
            says(
                _(
                    "What is sent says which record changed and where to read it, not what stands in it: a "
                    "CloudEvent signed as Standard Webhooks prescribe. For a day after a new secret was drawn"
                    " both sign."
                )
            ),
            Block(program="receiver.py"),
            says(
                _(
                    "Answer 2xx within ten seconds and work afterwards. An event may come more than once, "
                    "always with the same `webhook-id`; events of one record come in order. What is not "
                    "answered 2xx is sent again after 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 "
                    "hours, then laid aside; you can have it sent again. An address that fails for five days,"
                    " or answers 410, is switched off, and your colleagues get a mail."
                )
            ),
            says(
                _(
                    "On your own machine, `OUTBOUND_DEVELOPMENT=true make run` lets webhooks go to this machine and "
                    "over plain HTTP, such as to `http://127.0.0.1:8080` where the program above listens; never do "
                    "that in public. `make run` has the sender running beside the server; elsewhere start it with "
                    "`manage.py send_webhooks`, as without it nothing is sent. Addresses in events begin with the "
                    "setting `PUBLIC_URL`: set it to where your receiver reaches the registry."
                )
            ),
        ],
    ),
    Section(
        "problems",
        _("Errors"),
        [
            says(
                _(
                    "Every answer from 400 up is `application/problem+json` (RFC 9457). `type` leads to a "
                    "page that says what to do. Each of `errors` has a JSON pointer into what you sent (in a "
                    "batch, into the item) and a `code` that does not change with the language. "
                    "`request_id` finds the call in our log."
                )
            ),
            *shows("misspelt", "misquoted"),
            says(
                _(
                    "What you may not read is not there: 404. What you may read and not write is 403. Send "
                    "again, with the same key, after 429, 500, 503, 409 `idempotency-in-progress` or a broken line; "
                    "anything else needs another request."
                )
            ),
            Block(table="problems"),
        ],
    ),
    Section(
        "limits",
        _("Limits"),
        [
            says(
                _(
                    "Requests are counted by the minute. Every answer tells in `RateLimit` how many are left "
                    "and in how many seconds the next minute begins; 429 tells in `Retry-After` how long to "
                    "wait. A 304 costs nothing."
                )
            ),
            Block(table="headers"),
            Block(
                pairs=[
                    ("q, w", _("So many requests of a kind may be sent in so many seconds.")),
                    ("r, t", _("So many are left of the kind that was just sent, for so many seconds.")),
                ]
            ),
            Block(table="limits"),
        ],
    ),
    Section(
        "access",
        _("Scopes and OAuth 2"),
        [
            says(
                _(
                    "A token may what its role and its scopes both open. A partner system reads what is "
                    "public, what partners share, and every published agreement of its own organization; it "
                    "writes where its organization is a party, and for its own side. A token may be bound to "
                    "networks, and may have a last day. If a scope is missing, "
                    "403 `insufficient-scope` names it."
                )
            ),
            Block(table="scopes"),
            says(
                _(
                    "A system that does not keep a long-lived token may be an OAuth 2 client: it draws tokens"
                    " of an hour with the client credentials grant, with all of its scopes or those it asks "
                    "for. Revoking the client ends all of them at once."
                )
            ),
            *shows("oauth"),
        ],
    ),
    Section(
        "versions",
        _("Versions and changes"),
        [
            says(
                _(
                    "This is version 1, and it only grows: members, parameters, resources and values of lists"
                    " may be added. Ignore members you do not know. Nothing is removed or renamed within it. "
                    "What will go one day is still answered for at least a year, with the headers "
                    "`Deprecation` (RFC 9745) and `Sunset` (RFC 8594), and is named below."
                )
            ),
            Block(
                pairs=[
                    (
                        "1.0.0",
                        _(
                            "The first version: reading, writing, batches, imports, the feed, webhooks, OAuth 2."
                        ),
                    )
                ]
            ),
        ],
    ),
)
