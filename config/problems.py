"""Every problem the API answers with: its status, its words, what its answer has besides, and which operations have it.

`PROBLEMS` is the one list; the contract, the page for developers and a page for each problem are made of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    """A kind of problem: the status it is answered with, what it is, what to do about it, and what it comes from."""

    status: int
    title: str
    advice: str
    cause: str


PROBLEMS = {
    "bad-request": Kind(
        400,
        _("The request cannot be understood"),
        _("A parameter or the body has the wrong form. Each error names what to change."),
        _(
            "A parameter is unknown, empty or has the wrong form, or the body is no JSON. Unknown ones "
            "are refused rather than passed over, so that a misspelt filter never returns everything."
        ),
    ),
    "idempotency-key-required": Kind(
        400,
        _("A key is missing that makes it safe to send again"),
        _(
            "Send the header Idempotency-Key with a new random value of 8 to 64 letters, digits or signs "
            "for each thing you want done, and the same value when you send it again."
        ),
        _(
            "A token sent a POST without the header Idempotency-Key. Without a key, a request that is "
            "sent again because its answer was lost would do the same thing twice."
        ),
    ),
    "not-authenticated": Kind(
        401,
        _("No valid token or session"),
        _("Send the header Authorization: Bearer with a token that is neither expired nor revoked."),
        _("There is no token where one is needed, or the token is unknown, expired or revoked."),
    ),
    "forbidden": Kind(
        403,
        _("Not allowed"),
        _("The account or token is known, and its role does not include this action."),
        _(
            "The role of the account or token does not have this action, or the state of the record does "
            "not allow it to this role."
        ),
    ),
    "insufficient-scope": Kind(
        403,
        _("The token was not given this scope"),
        _("Ask for a token with the scope that is named in “scope”."),
        _("The role of the token has this action, and the scopes it was issued with do not."),
    ),
    "network-refused": Kind(
        403,
        _("The token is not used from this network"),
        _("Call from one of the networks that the token was issued for, or have it issued anew."),
        _("The token was issued for certain networks, and the call came from another one."),
    ),
    "not-your-side": Kind(
        403,
        _("Not your organization’s to say"),
        _("A partner writes where its organization is a party, and only for its own side."),
        _(
            "The record may be read, and belongs to another organization’s side: its draft, its activity, "
            "its word on a commitment."
        ),
    ),
    "not-found": Kind(
        404,
        _("Not there"),
        _("There is no such record at this address, or this account may not read it."),
        _(
            "The address leads to no record. A record that may not be read is answered alike, so that "
            "nobody learns of it."
        ),
    ),
    "method-not-allowed": Kind(
        405,
        _("This address does not do that"),
        _("The Allow header lists what it does."),
        _("The address is right, and this method is not offered there."),
    ),
    "not-acceptable": Kind(
        406,
        _("Not offered in this format"),
        _("“formats” lists what this address is offered in."),
        _("The header Accept or the parameter format names something that this address does not offer."),
    ),
    "not-representable": Kind(
        406,
        _("This format cannot say it"),
        _(
            "The format demands something that the sources do not say. Ask for another format: nothing is "
            "invented."
        ),
        _("The record leaves open what the format demands, such as a date that no source tells."),
    ),
    "conflict": Kind(
        409,
        _("It is there already"),
        _("Another record has what must be of one alone. Change that one, or send another value."),
        _("A number, a short address or an identifier is taken by another record."),
    ),
    "idempotency-in-progress": Kind(
        409,
        _("The first request with this key is still being worked on"),
        _("Wait as long as the Retry-After header says, then send the same request again."),
        _("Two requests came with the same key, and the first has not ended yet."),
    ),
    "needs-approval": Kind(
        409,
        _("A published record is changed once somebody else approves it"),
        _("Propose the change on the page of the record; it is made when a reviewer approves it."),
        _(
            "A published record is changed only by a proposal that somebody else approves, and this "
            "request would have changed it directly."
        ),
    ),
    "possible-duplicate": Kind(
        409,
        _("Perhaps it is in the registry already"),
        _(
            "Look at “candidates”. Use one of them, or send it again with “allow_duplicate” if it is "
            "another one."
        ),
        _("An organization or a person very much like the new one is in the registry already."),
    ),
    "protected": Kind(
        409,
        _("Others lean on it"),
        _("Records that point at it are removed or changed first, or it is merged into another one."),
        _("Other records point at this one, and would point at nothing."),
    ),
    "gone": Kind(
        410,
        _("It was taken away"),
        _("The record was here and is not any more; forget your copy of it."),
        _("The record was removed, or it was merged into another one; then “merged_into” names that one."),
    ),
    "feed-expired": Kind(
        410,
        _("The feed does not go back that far"),
        _("Load everything anew, and follow the feed from there."),
        _("The registry was put back to a backup, and the place that was sent lies after it."),
    ),
    "precondition-failed": Kind(
        412,
        _("It has changed since you read it"),
        _("Read it again, make your change on what it is now, and send that with the new ETag."),
        _(
            "Somebody changed the record after it was read; perhaps it was your own earlier request, "
            "whose answer was lost. “changed” names what reads otherwise since."
        ),
    ),
    "too-large": Kind(
        413,
        _("Too large"),
        _("Send less at once."),
        _("The body or a file has more bytes, or a batch more items, than are taken at once."),
    ),
    "unsupported-media-type": Kind(
        415,
        _("Not understood in this format"),
        _("Send application/json."),
        _("The header Content-Type names a format that is not read here, or there is none."),
    ),
    "range-not-satisfiable": Kind(
        416,
        _("The file has no such part"),
        _("Content-Range tells how long it is."),
        _("The header Range asks for bytes beyond the end of the file."),
    ),
    "refused": Kind(
        422,
        _("The content breaks a rule of the registry"),
        _("Nothing was written. Each error points at the member to change."),
        _(
            "The request could be read, and what it says breaks a rule: a member is missing or unknown, a "
            "code is in no vocabulary, a quote does not stand in its source."
        ),
    ),
    "idempotency-key-reused": Kind(
        422,
        _("This key was used for something else"),
        _("Draw a new Idempotency-Key for a new request; use the old one only to send the very same again."),
        _(
            "Another request, with other content or to another address, was sent with this key within the "
            "last 48 hours."
        ),
    ),
    "precondition-required": Kind(
        428,
        _("Say which state your change is made on"),
        _("Send the header If-Match with the ETag you read."),
        _(
            "A change or a removal was sent without the header If-Match. It could undo what somebody else "
            "has written meanwhile."
        ),
    ),
    "too-many-requests": Kind(
        429,
        _("Too many requests"),
        _("Wait as long as the Retry-After header says, then send it again."),
        _("More requests were sent in this minute than one caller may."),
    ),
    "server-error": Kind(
        500,
        _("Our mistake"),
        _("Nothing was written. The request id helps us find what happened."),
        _("Something in the registry failed that should not have."),
    ),
    "unavailable": Kind(
        503,
        _("Not now"),
        _("The registry cannot answer at the moment. Wait as long as the Retry-After header says."),
        _(
            "The registry is being worked on or its database cannot be reached, or two writes waited for "
            "each other."
        ),
    ),
}

# Where several problems have one status, not every operation that answers with it has all of them.

_DOSSIER = frozenset(
    {
        "advantages",
        "agreements",
        "amendments",
        "citations",
        "commitments",
        "events",
        "groups",
        "links",
        "objectives",
        "open-questions",
        "parties",
        "signatories",
        "statements",
    }
)
"""Resources that are written as parts of an agreement."""
_BODIES = frozenset({"organizations", "people", "offices"})
_OWN = _DOSSIER | _BODIES | {"activities", "progress-views", "identifiers"}
"""Resources whose records are of one side."""


def _enters(method: str, path: str, *resources: str) -> bool:
    return method == "post" and path.removeprefix("/api/v1/") in resources


def _changes_what_is_published(method: str, path: str, resource: str) -> bool:
    if resource == "agreements":
        return (
            method == "patch"
        )  # one that is published is withdrawn rather than removed: that is `protected`
    if _enters(method, path, "organizations", "people") or path.endswith("/merge"):
        return False
    return method != "get" and resource in _DOSSIER | _BODIES | {"identifiers"}


_ONLY: Mapping[str, Callable[[str, str, str], bool]] = {
    "idempotency-key-required": lambda method, path, resource: method == "post",
    "idempotency-in-progress": lambda method, path, resource: method == "post",
    "idempotency-key-reused": lambda method, path, resource: method == "post",
    "not-your-side": lambda method, path, resource: (
        method != "get" and resource in _OWN and not path.endswith(("/merge", "/transitions"))
    ),
    "not-representable": lambda method, path, resource: method == "get" and resource == "agreements",
    "conflict": lambda method, path, resource: (
        method in {"post", "put", "patch"}
        and resource in {"organizations", "programmes", "identifiers"}
        and not path.endswith("/merge")
    ),
    "needs-approval": _changes_what_is_published,
    "possible-duplicate": lambda method, path, resource: (
        _enters(method, path, "organizations", "people")
        or (method == "put" and path.startswith("/api/v1/identifiers/organizations"))
    ),
    "protected": lambda method, path, resource: (
        method == "delete" or (method in {"patch", "put"} and resource in _BODIES | {"identifiers"})
    ),
    "gone": lambda method, path, resource: resource != "changes",
    "feed-expired": lambda method, path, resource: resource == "changes",
}
"""Problem → whether an operation (method, path, resource) has it, where its status does not say it already."""


def is_given_by(slug: str, method: str, path: str) -> bool:
    """Whether the operation may answer with this problem, as far as it answers with its status."""
    path = path.rstrip("/")
    resource = path.removeprefix("/api/v1/").partition("/")[0]
    return slug not in _ONLY or _ONLY[slug](method.lower(), path, resource)
