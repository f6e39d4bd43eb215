"""Agreements in other formats than JSON: what the request asks for, in one answer."""

import tempfile
from typing import IO
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.exports import calendar, feed, iati, jsonld
from agreements.exports.tabular import Listed
from audit.trail import Actor
from lib import languages
from lib.endpoints import OF_A_LIST, strict_parameters
from lib.formats import LINKED
from lib.pages import OnPages
from lib.problems import Problem
from lib.shaping import PARAMETERS

NAMED = 20
"""How many agreements that a format cannot say are named in a refusal."""


class InOtherFormats(OnPages):
    """Put before `Endpoint`: a list of agreements and a single one as linked data, IATI, calendar, feed and page."""

    formats = {
        "list": {"jsonld": LINKED, "iati": "activities", "ics": "calendar", "atom": "feed", "html": "pages"},
        "retrieve": {
            "jsonld": LINKED,
            "iati": "one_activity",
            "ics": "one_calendar",
            "html": "page",
        },
    }
    list_page = "agreements"

    def linked(self, document):
        return jsonld.agreement(document)

    def all_asked_for(self):
        """Every agreement that the filters leave: a file is not paged, and has an order of its own."""
        strict_parameters(self.request, self.known_of_a_list - OF_A_LIST - PARAMETERS)
        return self.filtered(self.get_queryset())

    def the_one(self):
        """The agreement of the address alone, as a queryset; 404 where it is not the reader's."""
        strict_parameters(self.request, frozenset())
        return self.get_queryset().filter(pk=self.one(self.get_queryset()).pk)

    # Calendar and feed.

    def calendar(self, request, *args, **kwargs):
        return self._calendar(self.all_asked_for(), "mithaq.ics")

    def one_calendar(self, request, *args, **kwargs):
        found = self.the_one()
        return self._calendar(found, f"{found.get().code}.ics")

    def _calendar(self, agreements, name):
        body = calendar.calendar(agreements, actor=self.request.user, on=timezone.localdate())
        return self.file(HttpResponse(body), name=name)

    def feed(self, request, *args, **kwargs):
        found = self.all_asked_for()
        query = request.query_params.copy()
        query.pop("language", None)
        query["format"] = "atom"  # also where the header asked
        narrowed = [(name, value) for name, values in query.lists() for value in values if name != "format"]
        address = f"{settings.PUBLIC_URL}{reverse('api-root')}agreements?{query.urlencode()}"
        page = self.list_address(urlencode(narrowed))
        return self.file(HttpResponse(feed.feed(found, actor=request.user, page=page, address=address)))

    # IATI.

    def activities(self, request, *args, **kwargs):
        file, written = _activities(iati.public(self.all_asked_for()), self.request.user)
        skipped = str(len(written.skipped))
        if not written.told:
            file.close()
            raise Problem(
                "not-representable",
                detail=_("None of these agreements can be said in IATI."),
                members={
                    "skipped": [
                        {"code": code, "reasons": [f"{each.pointer} {each.code}" for each in faults]}
                        for code, faults in list(written.skipped.items())[:NAMED]
                    ]
                },
                headers={"X-Skipped-Count": skipped},
            )
        answer = self.file(FileResponse(file), name=f"mithaq-{timezone.localdate():%Y-%m-%d}.xml")
        answer["X-Skipped-Count"] = skipped
        return answer

    def one_activity(self, request, *args, **kwargs):
        found = self.the_one()
        file, written = _activities(found, self.request.user)
        if not written.told:
            file.close()
            raise Problem("not-representable", faults=next(iter(written.skipped.values())))
        return self.file(FileResponse(file), name=f"{found.get().code}.xml")


def _activities(agreements: QuerySet, reader: Actor) -> tuple[IO[bytes], iati.Written]:
    """The file, from its beginning, for whom to close who gets it; and what became of each agreement."""
    by, on = iati.reporter(), timezone.localdate()
    if by is None:
        raise Problem("not-representable", faults=[iati.no_reporter()])
    listed = Listed(agreements, "number", reader, on, languages.current())
    file = tempfile.TemporaryFile()  # noqa: SIM115 – the answer closes it
    try:
        written = iati.write(listed.batches(lambda rows: iati.with_all(rows, on=on)), file, by=by, on=on)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file, written
