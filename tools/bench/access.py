"""Finds what there is to ask for in a data set, and gives out keys to it; JSON on standard output.

python -m tools.bench.access SIZE      with the settings' environment
"""

import base64
import json
import os
import sys
from importlib import import_module
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection

FULL = 250
"""So many changes fill a page of a hundred, whoever asks: a small registry is asked for no fewer."""


def facts(size: int) -> dict:
    """The `Facts` of the database, with two new tokens and a session."""
    from agreements.models import Agreement  # noqa: PLC0415  once Django is ready
    from organizations.models import Organization, User  # noqa: PLC0415
    from organizations.services.tokens import issue_token  # noqa: PLC0415

    readable = (
        "a.duplicate_of_id IS NULL AND a.editorial_state = 'published' AND a.confidentiality = 'public'"
    )
    keys = _column(
        f"SELECT a.id::text FROM agreements_agreement a WHERE {readable} AND a.number % {max(1, size // 300)} = 0"  # noqa: S608
        " ORDER BY a.number LIMIT 200"
    )
    numbers = _column(f"SELECT number FROM agreements_agreement WHERE id = ANY('{{{','.join(keys[:20])}}}')")  # noqa: S608
    parties = _column(
        "SELECT organization_id::text FROM agreements_party GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 10"
    )
    # A reader whose organization is in no agreement sees what the floor shows.
    lonely = Organization.objects.filter(participations=None, below__depth=0).order_by("-pk").first()
    if lonely is None:
        lonely = Organization.objects.create(slug="bench", source_language="en", name_en="Bench")
    administrator = User.objects.filter(role="administrator").first()
    tokens = {
        role: issue_token(organization=lonely, role=role, label="bench", by=administrator)[1]
        for role in ("reader", "editor")
    }
    since = _column(
        f"SELECT at::text FROM audit_auditevent WHERE target_type = 'agreements.agreement'"  # noqa: S608
        f" AND verb = 'agreement.registered' ORDER BY at DESC LIMIT 1 OFFSET {max(size // 20, min(size // 2, FULL))}"
    )[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT epoch, xid, id FROM audit_auditevent WHERE verb = 'agreement.registered'"
            " ORDER BY epoch, xid, id LIMIT 1 OFFSET %s",
            [size // 2],
        )
        place = cursor.fetchone()
    return {
        "size": size,
        "keys": keys,
        "party": parties[0],
        "parties": parties,
        "since": since.replace(" ", "T").replace("+00", "Z"),
        "place": place,
        "reader": tokens["reader"],
        "editor": tokens["editor"],
        "session": _session(User.objects.get(role="reader")),
        "deep": _deep(tokens["reader"], size // 10),
        "codes": [Agreement(number=each).code for each in numbers],
    }


def _deep(token: str, number: int) -> str:
    """The cursor of the list of agreements that leads on from `number`: that of its first page, moved."""
    from django.test import Client  # noqa: PLC0415

    page = Client(headers={"Host": "localhost", "Authorization": f"Bearer {token}"}).get("/api/v1/agreements")
    (cursor,) = parse_qs(urlsplit(page.json()["next"]).query)["cursor"]
    backwards, _key, *rest = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return base64.urlsafe_b64encode(json.dumps([backwards, number, *rest]).encode()).decode().rstrip("=")


def _column(sql: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def _session(user) -> str:
    """The cookie of a session of `user`."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    json.dump(facts(int(sys.argv[1])), sys.stdout)
