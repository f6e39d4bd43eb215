"""How often somebody may ask in a minute, counted for all workers together in one statement a request."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from exchange.access.calls import HASTILY
from lib import prepared
from lib.problems import Problem

WINDOW = 60
"""Seconds."""

# The minute is the database's, so that workers on several machines agree on it. Who comes late to a minute that has
# begun already counts in that one. A count may be lost in a crash of the server, and nobody waits for the disk; inside
# another transaction that is left as it is there.
_TAKE = """
    INSERT INTO exchange_ratewindow AS w (bucket, minute, used)
    SELECT %(bucket)s::text, floor(extract(epoch FROM clock_timestamp()) / 60), 1 {hastily}
    ON CONFLICT (bucket) DO UPDATE
       SET used = CASE WHEN w.minute >= excluded.minute THEN least(w.used + 1, 1000000000) ELSE 1 END,
           minute = greatest(w.minute, excluded.minute)
    RETURNING used, (60 - floor(extract(epoch FROM clock_timestamp()))::bigint %% 60)::int
"""
_WAITING, _ALONE = _TAKE.format(hastily=""), _TAKE.format(hastily=HASTILY)
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
    bucket = f"{kind} {caller}"
    [(used, seconds)] = prepared.rows(_WAITING if connection.in_atomic_block else _ALONE, {"bucket": bucket})
    return Allowance(kind, bucket, settings.API_LIMITS[kind], used, seconds)


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
