"""Writing: one record, many at once."""

from django.utils.translation import gettext_lazy as _

from config.lessons.section import Section, says, shows

WRITING = (
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
                    "PATCH, PUT and DELETE need no key. If an answer is lost, send the same again with the same "
                    "`If-Match`: where the first one did not arrive, this one is done. Where it did, a PATCH is "
                    "answered 412, with your own name in `updated_by` and your members in `changed`: it is done, and "
                    "`version` is the state to go on from. A DELETE is answered 410 then. A PUT to a number without "
                    "`If-Match` may simply be sent again: the same again changes nothing."
                )
            ),
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
            says(
                _(
                    "With `documents` each result brings the record as it reads afterwards: two hundred new records "
                    "are entered, and known with their ids, short addresses and versions, by one request."
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
)
