"""The lists that read more of a larger registry, written out: `test_plans.py` holds that there are no others."""

CAPPED = frozenset({"/api/v1/search?q=protocole&type=agreement", "/en/organizations/", "/en/people/"})
"""Addresses that count, rank or tell apart up to CAP."""

GROWS: dict[str, tuple[str, ...]] = {
    "Order: nothing is stored in this order, so that all is sorted for the first page": (
        "/api/v1/agreements?order=next",
    ),
    "Words: everything that says them is gathered before the first page of it is chosen": (
        "/api/v1/agreements?order=relevance&q=formation",
        "/api/v1/search?q=protocole",
        "/api/v1/agreements?q=formation",
        "/api/v1/commitments?q=formation",
        "/api/v1/people?q=formation",
        "/en/organizations/?q=association",
    ),
    "Bodies below another: the agreements of all of them are brought together, out of an index alone": (
        "/api/v1/agreements?party={body}&party_scope=subtree",
    ),
    "Counts or sums up: what a page tells of the whole registry is made anew for each reader": (
        "/api/v1/agreements?count=exact",
        "/en/",
        "/en/agreements/quality/",
        "/en/agreements/calendar.ics",
        "/en/organizations/?order=agreements",
        "/en/organizations/body-0/",
        "/en/identity/duplicates/?kind=person",
        "/en/identity/duplicates/?kind=agreement",
        "/en/notifications/",
    ),
    "Filter: the newest records are looked through until fifty answer, or all that answer are gathered and sorted": (
        "/api/v1/agreements?updated_since=2020-01-01&order=number",
        "/api/v1/agreements?state=term_not_stated",
        "/api/v1/agreements?state=start_not_stated",
        "/api/v1/agreements?state=not_yet_in_force",
        "/api/v1/agreements?state=in_force",
        "/api/v1/agreements?state=suspended",
        "/api/v1/agreements?state=uncertain",
        "/api/v1/agreements?state=ended",
        "/api/v1/agreements?attention=coming",
        "/api/v1/agreements?attention=silent",
        "/api/v1/agreements?attention=incomplete",
        "/api/v1/agreements?place={place}",
        "/api/v1/agreements?linked_to={agreement}",
        "/api/v1/agreements?updated_since=2018-05-01",
        "/api/v1/parties?organization={body}",
        "/api/v1/signatories?person={person}",
        "/api/v1/groups?place={place}",
        "/api/v1/objectives?kind=guiding_principle",
        "/api/v1/commitments?debtor={body}",
        "/api/v1/commitments?beneficiary={body}",
        "/api/v1/commitments?group=children",
        "/api/v1/commitments?place={place}",
        "/api/v1/commitments?progress=fulfilled",
        "/api/v1/commitments?progress=in_progress",
        "/api/v1/commitments?progress=overdue",
        "/api/v1/commitments?progress=no_news",
        "/api/v1/sources?kind=annex",
        "/api/v1/sources?kind=letter",
        "/api/v1/sources?kind=report",
        "/api/v1/sources?kind=other",
        "/api/v1/sources?created_since=2018-05-01",
        "/api/v1/sources?updated_since=2018-05-01",
        "/api/v1/organizations?parent={body}",
        "/api/v1/organizations?created_since=2018-05-01",
        "/api/v1/organizations?updated_since=2018-05-01",
        "/api/v1/organizations?has=website",
        "/api/v1/people?created_since=2018-05-01",
        "/api/v1/people?updated_since=2018-05-01",
    ),
    "Of activities those that count towards what may be seen: all ties to commitments are looked through": (
        "/en/activities/",
        "/api/v1/activities?status=cancelled",
        "/api/v1/activities?place={place}",
        "/en/activities/?look=month",
        "/en/activities/?status=held",
    ),
}
"""Why a list reads more the more there is → the addresses of which that is so."""

EITHER_WAY: frozenset[tuple[str, str]] = frozenset(
    ("contributor", f"/api/v1/agreements?{asked}")
    for asked in (
        "party={body}&party_scope=subtree",
        "state=term_not_stated",
        "state=start_not_stated",
        "state=in_force",
        "state=ended",
    )
)
"""Of those, by who asks and what: two plans cost about the same, and only one of them reads more."""
