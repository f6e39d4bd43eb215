"""One who calls the API as a client does: JSON, a new key for every request, the state it read."""

import json
from uuid import uuid4

ROOT = "/api/v1"


class Caller:
    """Calls with the headers of a token; every answer is that of Django's test client."""

    def __init__(self, client, headers: dict[str, str]):
        self.client, self.headers = client, headers

    def __call__(self, method: str, path: str, body=None, **headers: str):
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method,
            f"{ROOT}{path}",
            b"" if body is None else json.dumps(body),
            content_type="application/merge-patch+json" if method == "PATCH" else "application/json",
            headers={"Idempotency-Key": str(uuid4()), **self.headers, **given},
        )

    def get(self, path: str):
        return self("GET", path)

    def post(self, path: str, body, **headers: str):
        return self("POST", path, body, **headers)

    def put(self, path: str, body, **headers: str):
        return self("PUT", path, body, **headers)

    def patch(self, path: str, body, tag: str = "*"):
        return self("PATCH", path, body, If_Match=tag)

    def delete(self, path: str, tag: str = "*"):
        return self("DELETE", path, If_Match=tag)


def slug(answer) -> str:
    """The name of the problem that was answered."""
    return answer.json()["type"].rsplit("/", 1)[-1]
