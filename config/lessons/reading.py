"""Reading: the first calls, the sandbox, lists, formats, and a copy in step."""

from django.utils.translation import gettext_lazy as _

from config.lessons.section import Block, Section, says, shows

READING = (
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
            says(
                _(
                    "Addresses have no slash at the end: so they stand in documents, in the contract and here. "
                    "With one they answer just the same, without a redirect. Under `/identifiers` a slash belongs to "
                    "the number."
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
                    ("count=capped", _("Counts up to 2,000, and “more” says whether there are more.")),
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
            says(
                _(
                    "A record that was merged into another is in no list any more, and its address answers 308: "
                    "`Location` is the address of the record that was kept, and the body names it in `merged_into`. "
                    "Follow it, as most libraries do by themselves, and let what you have stored under the old id "
                    "point at the new one; keep the old id too, as a merge can be undone. A change that is sent to "
                    "the old address is refused: read the record that was kept, and change that."
                )
            ),
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
                    "What the feed and webhooks tell has one of these types, which are also what `types` takes. Each "
                    "has a list to load it from; what happens to its parts is told as a change of it. Other lists are "
                    "in neither: read them when you need them."
                )
            ),
            Block(table="types"),
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
)
