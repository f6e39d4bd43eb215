"""What the application asks PostgreSQL in an operation, and how PostgreSQL answers: the slowest with its plan.

python -m tools.bench.plans OPERATION < facts      with the settings' environment
"""

import json
import os
import sys
import time
from typing import Any

import django

from tools.bench.operations import APPLICATION, BY_NAME, Facts

LONGEST = 160
"""Characters of a statement that are shown."""


def plans(operation: str, facts: Facts) -> str:
    """The statements of one request, the slowest first, and the plan of the slowest with its buffers.

    Raises ValueError where it is not answered.
    """
    from django.db import connection  # noqa: PLC0415  once Django is ready
    from django.test import Client  # noqa: PLC0415

    method, path, headers, _body = BY_NAME[operation].asked[APPLICATION](facts)[0]
    asked: list[tuple[float, str, Any]] = []

    def noted(execute, sql, params, many, context):
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            asked.append(((time.perf_counter() - begun) * 1000, sql, params))

    client = Client(headers={"Host": "localhost", "Accept-Language": "en", **headers})
    for _warm in range(2):
        asked.clear()
        with connection.execute_wrapper(noted):
            answered = client.generic(method, path)
    if answered.status_code != 200:
        raise ValueError(f"{path} is answered with {answered.status_code}.")
    asked.sort(key=lambda each: -each[0])
    told = [f"{took:8.1f} ms  {' '.join(sql.split())[:LONGEST]}" for took, sql, _params in asked[:8]]
    slowest = next(
        (each for each in asked if each[1].lstrip().upper().startswith(("SELECT", "WITH", "EXECUTE"))), None
    )
    if slowest:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {slowest[1]}", slowest[2])
            told += ["", *(line for (line,) in cursor.fetchall())]
    return "\n".join([f"{operation}: {len(asked)} statements", *told])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(plans(sys.argv[1], Facts(**json.load(sys.stdin))))
