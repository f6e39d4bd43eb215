"""Every write about agreements: one function each, one event each, one transaction each."""

from agreements.services import desk, drafting, files
from agreements.services.evidence import resolve_question
from agreements.services.records import remove, store
from agreements.services.register import register
from agreements.services.removal import remove_draft
from agreements.services.review import call_back, publish, send_back, submit, withdraw
from agreements.services.revise import revise

__all__ = [
    "call_back",
    "desk",
    "drafting",
    "files",
    "publish",
    "register",
    "remove",
    "remove_draft",
    "resolve_question",
    "revise",
    "send_back",
    "store",
    "submit",
    "withdraw",
]
