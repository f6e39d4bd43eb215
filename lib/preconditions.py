"""On which state a change is made: ETags written and read, and what is said when the state is another one.

A version is an integer that grows with every change of a record. The ETag of a document has it first, then what else
makes the bytes differ: `"7-fr-json"`. A change is made on a version, in whatever language and format it was read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lib import languages
from lib.problems import Fault, Problem

# RFC 9110, 8.8.3: visible characters but quotes. A comma may stand inside.
_TAG = re.compile(r'\s*(?P<weak>W/)?"(?P<opaque>[\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')
_OURS = re.compile(r"(?P<version>[0-9]{1,10})(?:-(?P<language>[a-z]{2})-[a-z]+)?")


def etag(version: int, language: str, format: str = "json") -> str:
    """The strong entity tag of a document.

    >>> etag(7, "fr")
    '"7-fr-json"'
    """
    return f'"{version}-{language}-{format}"'


@dataclass(frozen=True)
class Demanded:
    """The versions a change may be made on, each with the language it was read in ("" where that is not told)."""

    versions: dict[int, str] = field(default_factory=dict)
    anything: bool = False
    """`If-Match: *`: made on whatever there is."""

    def met_by(self, version: int) -> bool:
        return self.anything or version in self.versions

    def language(self, version: int) -> str:
        """The language in which the version was read."""
        return self.versions.get(version, "")

    def newest_before(self, version: int) -> int:
        """The newest of the versions that are older than `version`; `version` itself where there is none."""
        return max((each for each in self.versions if each < version), default=version)


def demanded(request) -> Demanded:
    """What the header If-Match demands. Raises the problem 428 where it is missing, 400 where it cannot be read.

    `"7-fr-json"`, as read, and `"7"`, for who has the number from a list; several with commas. A weak tag and one of
    another form match nothing (RFC 9110, 13.1.1).
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise Problem("precondition-required")
    if header == "*":
        return Demanded(anything=True)
    return Demanded(
        {
            int(ours["version"]): ours["language"] if ours["language"] in languages.CODES else ""
            for weak, opaque in _tags(header)
            if not weak and (ours := _OURS.fullmatch(opaque))
        }
    )


def asked(request) -> Demanded | None:
    """The same where the header may be left out: None then."""
    return demanded(request) if request.headers.get("If-Match", "").strip() else None


def _tags(header: str) -> list[tuple[bool, str]]:
    found, at = [], 0
    while at < len(header):
        tag = _TAG.match(header, at)
        if tag is None:
            message = _('Write If-Match with the ETag as you read it, in its quotes: "7-fr-json".')
            raise Problem("bad-request", detail=message, faults=[Fault("/If-Match", "bad_header", message)])
        found.append((bool(tag["weak"]), tag["opaque"]))
        at = tag.end()
    return found


@dataclass(frozen=True)
class Since:
    """What happened to a record since a version: when and by whom last, and where (JSON pointers into its document)."""

    at: datetime | None = None
    by: str = ""
    changed: Sequence[str] = ()


def failed(version: int, since: Since, *, language: str) -> Problem:
    """The problem 412: the record is at `version` now. `language` is that of the answer, for the ETag it tells."""
    return Problem(
        "precondition-failed",
        members={
            "version": version,
            "updated_at": since.at.isoformat() if since.at else None,
            "updated_by": since.by or None,
            "changed": list(since.changed),
        },
        headers={"ETag": etag(version, language)},
    )


def differing(before: Any, after: Any, pointer: str = "") -> Iterator[str]:
    """The places (JSON pointers into `after`) in which two documents differ.

    Elements of arrays are the same where their `id` is; one that is gone or stands elsewhere is told as the array.

    >>> list(differing({"a": [{"id": 1, "b": 2}]}, {"a": [{"id": 1, "b": 3}, {"id": 2}]}))
    ['/a/0/b', '/a/1']
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            here = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
            if name not in before or name not in after:
                yield here
            else:
                yield from differing(before[name], after[name], here)
    elif _is_of_parts(before) and _is_of_parts(after) and (before or after):
        old = {each["id"]: each for each in before}
        kept = [each["id"] for each in after if each["id"] in old]
        if kept != list(old):
            yield pointer
        for index, each in enumerate(after):
            here = f"{pointer}/{index}"
            if each["id"] in old:
                yield from differing(old[each["id"]], each, here)
            else:
                yield here
    elif before != after:
        yield pointer


def _is_of_parts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, Mapping) and "id" in each for each in value)
