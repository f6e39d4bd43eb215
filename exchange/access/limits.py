"""How often somebody may ask in a minute, counted for all workers together in one statement a request."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from exchange.access.calls import HASTILY
from lib import prepared
from lib.problems import Problem
from organizations.authentication import Along

WINDOW = 60
"""Seconds."""

# The minute is the database's, so that workers on several machines agree on it. Who comes late to a minute that has
# begun already counts in that one. A count may be lost in a crash of the server, and nobody waits for the disk; inside
# another transaction that is left as it is there.
_TAKE = """
    INSERT INTO exchange_ratewindow AS w (bucket, minute, used)
    SELECT {bucket}, floor(extract(epoch FROM clock_timestamp()) / 60), 1 {source}
    ON CONFLICT (bucket) DO UPDATE
       SET used = CASE WHEN w.minute >= excluded.minute THEN least(w.used + 1, 1000000000) ELSE 1 END,
           minute = greatest(w.minute, excluded.minute)
    RETURNING used, (60 - floor(extract(epoch FROM clock_timestamp()))::bigint %% 60)::int AS seconds
"""
_NAMED, _OF_TOKEN = "%(bucket)s::text", "%(kind)s::text || ' token:' || token.key::text"
_WAITING, _ALONE = (_TAKE.format(bucket=_NAMED, source=each) for each in ("", HASTILY))
_ALONG_WAITING, _ALONG = (
    _TAKE.format(bucket=_OF_TOKEN, source=each)
    for each in ("FROM token", f"{HASTILY} AS hastily CROSS JOIN token")
)
_RETURNED = ("used", "seconds")
STATEMENTS = (_WAITING, _ALONE)


@dataclass(frozen=True)
class Allowance:
    """What is left of one minute to one caller for one kind of request; `seconds` until it begins anew."""

    kind: str
    bucket: str
    limit: int
    used: int
    seconds: int

    @property
    def is_spent(self) -> bool:
        return self.used > self.limit

    @property
    def is_first_beyond(self) -> bool:
        return self.used == self.limit + 1

    def headers(self) -> dict[str, str]:
        """RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers).

        >>> Allowance("read", "", 600, 13, 31).headers()["RateLimit"]
        '"read";r=587;t=31'
        """
        kinds = ("read", "write") if self.kind in {"read", "write"} else (self.kind,)
        limits = settings.API_LIMITS | {self.kind: self.limit}
        return {
            "RateLimit-Policy": ", ".join(f'"{kind}";q={limits[kind]};w={WINDOW}' for kind in kinds),
            "RateLimit": f'"{self.kind}";r={max(0, self.limit - self.used)};t={self.seconds}',
        }

    def given_back(self) -> "Allowance":
        """The same without this request: what has not changed costs its reader nothing."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE exchange_ratewindow SET used = used - 1 WHERE bucket = %s AND used > 0", [self.bucket]
            )
        return Allowance(self.kind, self.bucket, self.limit, self.used - 1, self.seconds)


def take(kind: str, caller: str) -> Allowance:
    """Count one request of `kind` (a key of the setting API_LIMITS) by `caller`."""
    asked = _WAITING if connection.in_atomic_block else _ALONE
    [counted] = prepared.rows(asked, {"bucket": f"{kind} {caller}"})
    return taken(kind, caller, counted)


def along(kind: str) -> Along:
    """What counts one request of `kind` by the token that is found meanwhile: as `take` does by its `audit_id`."""
    return Along(_ALONG_WAITING if connection.in_atomic_block else _ALONG, _RETURNED, {"kind": kind})


def taken(kind: str, caller: str, counted: tuple[int, int]) -> Allowance:
    """What `along` counted."""
    used, seconds = counted
    return Allowance(kind, f"{kind} {caller}", settings.API_LIMITS[kind], used, seconds)


def spent(allowance: Allowance) -> Problem:
    """The refusal of whoever asks too often."""
    return Problem(
        "too-many-requests",
        detail=_(
            "At most %(limit)s requests of this kind are answered in a minute; the next begins in %(seconds)s s."
        )
        % {"limit": allowance.limit, "seconds": allowance.seconds},
        headers={"Retry-After": str(allowance.seconds)},
    )
