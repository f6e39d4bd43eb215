"""The headers of a token, as tests send them."""

from uuid import uuid4


class Headers(dict):
    """The headers of a caller. Every request made with them draws an Idempotency-Key of its own, as clients should."""

    def items(self):
        return ({"Idempotency-Key": uuid4().hex} | dict(super().items())).items()

    def __or__(self, more):
        return Headers(dict(super().items()) | dict(more))


def bearing(secret: str) -> Headers:
    return Headers({"Authorization": f"Bearer {secret}"})
