"""The page for developers: its sections in their order, each of paragraphs, examples and tables.

Words between backquotes are code. What a section shows are names of `config.examples`, files of `samples/clients`, and
tables that are made of the registry's own declarations, so that none of them can say what is not so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Block:
    """One thing of a section: a paragraph, a list of words with what they mean, an example, a program or a table."""

    words: Promise | None = None
    pairs: Sequence[tuple[str, Promise]] = ()
    example: str = ""
    program: str = ""
    table: str = ""


@dataclass(frozen=True)
class Section:
    """A section with its anchor."""

    name: str
    title: Promise
    blocks: Sequence[Block]


def says(words: Promise) -> Block:
    return Block(words=words)


def shows(*names: str) -> list[Block]:
    return [Block(example=name) for name in names]


SECTIONS = (
    Section(
        "start",
        _("In five minutes"),
        [
            says(
                _(
                    "Whoever acts for an organization issues its tokens on the page “Partner systems”; an "
                    "administrator may do it with the command `issue_token`. A token is shown once. It "
                    "belongs into the header `Authorization`, never into an address: there it is refused, as "
                    "addresses are logged."
                )
            ),
            Block(program="setup.sh"),
            Block(program="setup.py"),
            says(_("The first call tells who the token is taken for, and what it may.")),
            *shows("me"),
            says(
                _(
                    "Lists answer with `results`. Follow `next` as it is until it is null. Every answer shown"
                    " here is shortened; `…` stands for whatever is there."
                )
            ),
            *shows("first-list", "one"),
            says(
                _(
                    "Each fact leads to the words it was taken from: `citations` give the source, the "
                    "position in characters and the quote. What a source does not say stays null; nothing is "
                    "filled in."
                )
            ),
        ],
    ),
    Section(
        "sandbox",
        _("The sandbox organization"),
        [
            says(
                _(
                    "The sample registry, which `make run` loads, has an organization for trying things out: "
                    "“Mithaq Sandbox”. It does not exist, and it is a party to a fictional agreement that "
                    "only it and editors read. All examples of this page run as a token of it, on their own, "
                    "whenever the registry is tested."
                )
            ),
            Block(program="sandbox.sh"),
            says(
                _(
                    "Where the sandbox is loaded, its ids stand in the examples already. Otherwise "
                    "`$SANDBOX`, `$AGREEMENT` and `$COMMITMENT` stand for an organization, an agreement and a"
                    " commitment of yours."
                )
            ),
        ],
    ),
    Section(
        "lists",
        _("Reading lists"),
        [
            says(
                _(
                    "Filters are those of the pages: a list found there has the same parameters here, after "
                    "`/api/v1`. The same parameter twice means “or”, different ones mean “and”; `not.` before"
                    " a parameter takes away what it would find. A parameter that is unknown, empty or wrong "
                    "is refused with the nearest that is right, so that a misspelt filter never returns "
                    "everything."
                )
            ),
            *shows("filters"),
            says(
                _(
                    "Sources often tell no day, or only a month. So a question about days has three answers: "
                    "certain, when all days it may be are within those asked for; possible, when some are; "
                    "unknown, when no source tells. Without `signed_match` you get what is certain or "
                    "possible. The same goes for `effective`, `ends`, `due` and `held`."
                )
            ),
            *shows("certain", "unknown"),
            says(_("A document has the members you ask for, and the records that it points at.")),
            Block(
                pairs=[
                    ("fields, omit", _("These members alone, or all but these; dots lead inward.")),
                    ("brief=true", _("Only id, type, label and address.")),
                    (
                        "expand",
                        _(
                            "A reference becomes the whole record, as far as you may read it; `proof` adds the quotes"
                            " at every fact."
                        ),
                    ),
                    (
                        "order",
                        _(
                            "One order, a minus before it for the reverse; what is not stated stands last either way."
                        ),
                    ),
                    ("count=exact", _("Counts all results. Nothing is counted otherwise.")),
                    ("page_size", _("1 to 200 results a page, 50 if you do not say.")),
                    (
                        "cursor",
                        _(
                            "Comes in `next`. It belongs to its filters and its order, and no record is skipped or "
                            "told twice while others write."
                        ),
                    ),
                    (
                        "updated_since",
                        _(
                            "Agreements that changed since a moment. To keep a copy in step, use the feed instead."
                        ),
                    ),
                ]
            ),
            *shows("negated", "expanded"),
            says(
                _(
                    "A record that your system knows by a number of its own, or of a public register, is "
                    "found by that."
                )
            ),
            *shows("numbered"),
        ],
    ),
    Section(
        "formats",
        _("Languages and formats"),
        [
            says(
                _(
                    "`Accept-Language`, or `language` in the address, chooses the language of titles, labels "
                    "and errors; the plural member, such as `titles`, has all languages there are. Quotes are"
                    " never translated."
                )
            ),
            *shows("arabic"),
            says(
                _(
                    "`Accept`, or `format` in the address, chooses the format: JSON, JSON-LD, CSV, XLSX, a "
                    "ZIP of tables, IATI 2.03, iCalendar or Atom, as far as the resource offers it. A table "
                    "has the whole list that was asked for, and can be imported again. What a format cannot "
                    "say without inventing something is refused with the reasons."
                )
            ),
            *shows("csv", "linked"),
            says(
                _(
                    "The `ETag` of a record names its version, its language and its format. Send it in "
                    "`If-None-Match`, and what has not changed is not sent again and costs nothing of your "
                    "limit."
                )
            ),
            *shows("unchanged"),
        ],
    ),
    Section(
        "sync",
        _("Keeping a copy in step"),
        [
            says(
                _(
                    "First take the place of now, then page through the lists, then follow the feed from that"
                    " place. What moved while you were loading comes again; nothing is missed, however slowly"
                    " somebody else's transaction ends."
                )
            ),
            *shows("start", "changes"),
            Block(program="synchronize.py"),
            says(
                _(
                    "A change of a part is a change of its agreement. `deleted` also stands for what you may "
                    "not read any more: forget your copy. `merged` names in `into` the record that was kept. "
                    "Of several lines about one record the highest version counts, and `deleted`, which has "
                    "none; `view=compact` leaves the others out. A place the registry does not know any more "
                    "is answered 410 `feed-expired`: load everything anew."
                )
            ),
        ],
    ),
    Section(
        "writing",
        _("Writing"),
        [
            says(
                _(
                    "Every POST by a token carries an `Idempotency-Key`, a random value that is new for each "
                    "thing you want done. If the line breaks, send the very same again with the same key: it "
                    "is done once, and the answer is given again with `Idempotency-Replayed: true`. Keys are "
                    "kept for 48 hours."
                )
            ),
            *shows("report"),
            says(
                _(
                    "A PATCH is a JSON merge patch of what GET answers: send the members that change; null "
                    "empties one; arrays come whole, and their elements keep their ids. `If-Match` says on "
                    "which state your change is made. Reading a record, editing it and sending all of it back"
                    " works too. Members the registry sets itself are accepted as they were read and refused "
                    "otherwise."
                )
            ),
            *shows("change", "blind", "stale"),
            says(
                _(
                    "A partner says for its own side how far a commitment is: `kept`, `partly`, `not_kept`, "
                    "`changed` or `unknown`. What was said stays; say something newer on another day: a party "
                    "says one thing a day of a commitment."
                )
            ),
            *shows("progress"),
            says(
                _(
                    "One request registers a whole agreement with its sources, quotes and doubts. A new part "
                    "has a `key` of your choosing, by which others point at it; what is in the registry is "
                    "pointed at by its `id`. A quote must stand in its source at exactly that place, counted "
                    "in characters from zero. The record is a draft until somebody else has reviewed it; once"
                    " it is published, changes need approval too (409 `needs-approval`)."
                )
            ),
            *shows("register"),
            says(
                _(
                    "A draft is deleted with DELETE and `If-Match`; its address answers 410 from then on, or "
                    "404 to those who could not read it. What others lean on is not deleted (409 "
                    "`protected`)."
                )
            ),
        ],
    ),
    Section(
        "many",
        _("Many records at once"),
        [
            says(
                _(
                    "Give your records your own numbers and put them there: what is not in the registry yet "
                    "is entered, what is there reads so afterwards, and the same again changes nothing. "
                    "Organizations and agreements have such numbers, each with a scheme that says whose they "
                    "are."
                )
            ),
            *shows("upsert"),
            says(
                _(
                    "A batch takes up to 500 items and 5 MB for organizations, people, agreements or "
                    "activities, and tells a result for each in their order. With `atomic` all are done or "
                    "none; with `dry_run` nothing is, and you learn what would be. An organization that looks"
                    " like one there is already fails with its `candidates`: point at one of them, or send "
                    "`allow_duplicate`."
                )
            ),
            *shows("batch"),
            says(
                _(
                    "Larger files are jobs: send a CSV, an XLSX or the package that `/exports/registry.zip` "
                    "gives out. The registry checks every row in its own time and enters nothing before you "
                    "ask for it with `apply`; `undo` takes all of it back. Imports are made in the name of "
                    "whoever issued the token."
                )
            ),
            *shows("import", "job"),
        ],
    ),
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
