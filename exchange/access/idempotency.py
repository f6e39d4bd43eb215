"""One `Idempotency-Key`, one piece of work, however often the request comes (draft-ietf-httpapi-idempotency-key).

The answer is written in the transaction of the work itself: both are there, or neither. An advisory lock of that
transaction keeps the second request with a key out until the first has ended, however it ends: a process that is
killed leaves neither lock nor row.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.models import KeptAnswer
from lib.problems import Problem

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=48)
HEADERS = ("Content-Language", "Content-Type", "ETag", "Link", "Location")
"""The headers of an answer that are given again with it."""

PASSING = frozenset({401, 403, 406, 408, 409, 412, 415, 425, 428, 429})
"""Refusals that are not kept, as those of our own making (5xx) are not.

They speak of something beside the request: who asks, its headers, the state of a record, the moment. All say «put that
right and send it again», and the same key must serve for that. What is kept besides successes judges the content
itself (400, 404, 405, 410, 413, 422): whoever was told no, and gave up, is not surprised by a late copy that succeeds.
"""

_VISIBLE = re.compile(r"[\x21-\x7e]{8,64}")


def once(
    request: HttpRequest, *, owner: str, demanded: bool, work: Callable[[HttpRequest], HttpResponse]
) -> HttpResponse:
    """The answer of `work` to a POST by `owner` (as the trail names it), or the one that was given to it before.

    Raises Problem: without a key where one is `demanded`, for a key used otherwise, and while it is being worked on.
    """
    key = request.headers.get(HEADER)
    if request.method != "POST" or not owner or (key is None and not demanded):
        return work(request)
    if key is None:
        raise Problem("idempotency-key-required")
    if not _VISIBLE.fullmatch(key):
        raise Problem(
            "bad-request",
            detail=_("The header Idempotency-Key is 8 to 64 visible ASCII characters, without spaces."),
        )
    fingerprint = fingerprint_of(request)
    with transaction.atomic():
        is_alone, kept = _taken(owner, key)
        if not is_alone:
            raise Problem("idempotency-in-progress", headers={"Retry-After": "1"})
        earlier = KeptAnswer.objects.filter(pk=kept).first() if kept else None
        if earlier and earlier.at > timezone.now() - KEPT_FOR:
            return replayed(earlier, fingerprint)
        if earlier:
            earlier.delete()
        response = work(request)
        if response.status_code >= 500 or response.status_code in PASSING:
            transaction.set_rollback(True)  # what is not kept has done nothing
        else:
            keep(response, owner=owner, key=key, fingerprint=fingerprint)
    return response


def fingerprint_of(request: HttpRequest) -> str:
    """The SHA-256 of method, address with its parameters, and body; of a form, of its fields and files."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        # A boundary is drawn anew each time: what it parts is what was sent.
        for name, values in sorted(request.POST.lists()):
            digest.update(json.dumps([name, values]).encode())
        for name, files in sorted(request.FILES.lists()):
            for each in files:
                digest.update(json.dumps([name, each.name, each.size]).encode())
                for chunk in each.chunks():
                    digest.update(chunk)
                each.seek(0)
    else:
        digest.update(request.body)
    return digest.hexdigest()


# Two statements, and not one: a statement sees what was committed before it began, so the second, which begins with the
# lock in hand, sees all that the last holder of the lock did. They go to the database together.
_TAKE = """
    SELECT set_config('mithaq.alone', pg_try_advisory_xact_lock(hashtextextended(%s, 20211))::text, true);
    SELECT current_setting('mithaq.alone')::boolean,
           (SELECT id FROM exchange_keptanswer WHERE owner = %s AND key = %s)
"""
_KEEP = """
    INSERT INTO exchange_keptanswer (owner, key, request, status, headers, body, kept, at)
    VALUES (%s, %s, %s, %s, %s::jsonb, %s, %s, %s)
"""


def _taken(owner: str, key: str) -> tuple[bool, int | None]:
    """Whether this transaction is the only one at work on the key, and the answer that is kept under it."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [f"{owner}\n{key}", owner, key])
        return cursor.fetchone()


def keep(response: HttpResponse, *, owner: str, key: str, fingerprint: str) -> None:
    """Write the answer down; of one that holds a secret (`response.keep = False`) only that it was given."""
    kept = getattr(response, "keep", True) and not response.streaming
    headers = json.dumps({name: response[name] for name in HEADERS if name in response})
    body = response.content if kept else b""
    told = [owner, key, fingerprint, response.status_code, headers, body, kept, timezone.now()]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, told)


def replayed(earlier: KeptAnswer, fingerprint: str) -> HttpResponse:
    """The answer that was given. Raises Problem when the key was used for another request."""
    if earlier.request != fingerprint:
        raise Problem("idempotency-key-reused")
    body = bytes(earlier.body)
    if not earlier.kept:
        told = _("This was done already. The answer held a secret that is shown once and not kept.")
        body = json.dumps({"detail": told}, ensure_ascii=False).encode()
    response = HttpResponse(body, status=earlier.status)
    for name, value in earlier.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response
