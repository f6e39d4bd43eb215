import os
import uuid

import requests

ROOT = "https://registry.example/api/v1"
api = requests.Session()
api.headers["Authorization"] = f"Bearer {os.environ['TOKEN']}"


def once():
    """The header of one thing to be done: send it again with the same request, never with another."""
    return {"Idempotency-Key": str(uuid.uuid4())}
