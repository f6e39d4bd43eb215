"""What went wrong, in a form every door can show: at its place, with a stable code and words for a person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import BaseConstraint
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Fault:
    """One fault. `pointer` is a JSON pointer (RFC 6901) into what was sent; "" is the whole of it."""

    pointer: str
    code: str
    message: str


class Refused(Exception):
    """Nothing was written, because of these faults."""

    def __init__(self, faults: Sequence[Fault]):
        super().__init__("; ".join(f"{fault.pointer or '/'}: {fault.message}" for fault in faults))
        self.faults = list(faults)

    @classmethod
    def at(cls, pointer: str, code: str, message: str) -> "Refused":
        return cls([Fault(pointer, code, str(message))])

    def as_validation_error(self) -> ValidationError:
        """For forms: every message with the place it speaks of."""
        return ValidationError(
            [
                ValidationError(f"{f.pointer}: {f.message}" if f.pointer else f.message, code=f.code)
                for f in self.faults
            ]
        )


class Problem(Exception):
    """A refusal of the API that has a name and a page of its own: `slug` is one of `config.problems.PROBLEMS`.

    `detail` says what is so in this case, `faults` where; `members` are told beside the usual ones (the version there
    is now), `headers` go with the answer (Retry-After). Nothing was written.
    """

    def __init__(
        self,
        slug: str,
        *,
        detail: str = "",
        faults: Sequence[Fault] = (),
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ):
        super().__init__(f"{slug}: {detail}")
        self.slug = slug
        self.detail = detail
        self.faults = list(faults)
        self.members = dict(members or {})
        self.headers = dict(headers or {})


def pointed(errors: Any, pointer: str = "") -> Iterator[Fault]:
    """The faults in a tree of DRF errors (dicts, lists, ErrorDetails), each with its pointer."""
    if isinstance(errors, Mapping):
        for member, below in errors.items():
            step = (
                ""
                if member == "non_field_errors"
                else f"/{str(member).replace('~', '~0').replace('/', '~1')}"
            )
            yield from pointed(below, pointer + step)
    elif isinstance(errors, Sequence) and not isinstance(errors, str):
        for index, below in enumerate(errors):
            nested = isinstance(below, Mapping) or (
                isinstance(below, Sequence) and not isinstance(below, str)
            )
            yield from pointed(below, f"{pointer}/{index}" if nested else pointer)
    else:
        yield Fault(pointer, getattr(errors, "code", "invalid"), str(errors))


def broken_rule(error: IntegrityError) -> Fault:
    """The rule of the database that `error` met, in words.

    `full_clean()` is courtesy, the constraint is law: of two writers at the same instant the second meets it here.
    """
    told = getattr(error.__cause__, "diag", None)
    name = getattr(told, "constraint_name", None) or ""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name and _has_words(constraint):
                return Fault("", name, str(constraint.get_violation_error_message()))
    message = getattr(told, "message_primary", None) or str(error)
    if name and not _is_a_sentence(message):
        message = _("This breaks the rule “%(rule)s”.") % {"rule": name.replace("_", " ")}
    return Fault("", name or "rule_of_the_registry", _(message))


def _has_words(constraint: BaseConstraint) -> bool:
    """Django's own words for a constraint say no more than its name, and say it worse."""
    return constraint.violation_error_message != BaseConstraint.default_violation_error_message


def _is_a_sentence(message: str) -> bool:
    """Our triggers speak in sentences; PostgreSQL's own messages quote names of tables."""
    return message.endswith(".") and '"' not in message
