"""Every write about organizations, people, accounts and tokens."""

from organizations.services.bodies import (
    change_organization,
    change_person,
    free_slug,
    held,
    holds,
    may_change,
    register_organization,
    register_person,
    remove_organization,
    remove_person,
)
from organizations.services.identity import tell_apart, tell_apart_no_longer
from organizations.services.merging import merge, undo
from organizations.services.records import (
    Entered,
    add_office,
    add_organization,
    add_person,
    create_account,
    demand,
    remove,
    set_digest,
    set_informed,
    store,
    store_account,
)
from organizations.services.tokens import issue_token, revoke_token
from organizations.services.vocabularies import put_term

__all__ = [
    "Entered",
    "add_office",
    "add_organization",
    "add_person",
    "change_organization",
    "change_person",
    "create_account",
    "demand",
    "free_slug",
    "held",
    "holds",
    "issue_token",
    "may_change",
    "merge",
    "put_term",
    "register_organization",
    "register_person",
    "remove",
    "remove_organization",
    "remove_person",
    "revoke_token",
    "set_digest",
    "set_informed",
    "store",
    "store_account",
    "tell_apart",
    "tell_apart_no_longer",
    "undo",
]
