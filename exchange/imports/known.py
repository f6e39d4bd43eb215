"""What the cells of a file mean in the registry: codes of vocabularies, and which record a name or a number is."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from babel import Locale
from django.db import connection, models
from django.utils.translation import gettext as _

from activities.models import ActivityKind
from agreements.models import (
    Agreement,
    AgreementKind,
    CommitmentKind,
    PartyRole,
    Programme,
    Source,
    TargetGroup,
    Theme,
)
from audit.trail import Actor
from exchange.queries.documents import Labels
from exchange.shapes.columns import Unclear
from lib import languages, search
from lib.asking import bare
from organizations.models import (
    ExternalIdentifier,
    NameEntry,
    Office,
    Organization,
    OrganizationKind,
    Person,
)
from organizations.queries import alike, successor

VOCABULARIES: dict[str, type[models.Model]] = {
    "activity_kind": ActivityKind,
    "agreement_kind": AgreementKind,
    "commitment_kind": CommitmentKind,
    "organization_kind": OrganizationKind,
    "party_role": PartyRole,
    "target_group": TargetGroup,
    "theme": Theme,
}
_BY_ID = {"person": Person, "office": Office, "source": Source}
_PARTS = frozenset({"party", "group", "statement", "commitment"})


_REMEMBERED = 100_000
"""How many answers about names and records are kept."""
_NAMED = """
    SELECT asked, (array_agg(DISTINCT o.id))[1]
      FROM unnest(%s) asked
      JOIN organizations_nameentry e ON e.folded = mithaq_plain(asked) AND e.fact IN ('name', 'alias')
      JOIN organizations_organization o ON o.id = e.organization_id AND o.merged_into_id IS NULL
     GROUP BY asked HAVING count(DISTINCT o.id) = 1
"""


class NotKnown(Unclear):
    """No organization is called so; `near` says which ones look alike, empty when none does."""

    def __init__(self, message: str, hint: str, near: str):
        super().__init__(message, hint)
        self.near = near


class Registry(Labels):
    """The registry as the actor of an import may read it, with what the import itself has entered meanwhile."""

    def __init__(self, by: Actor, name: str = ""):
        super().__init__()
        self.by = by
        self.name = name
        """Of the file."""
        self.became: dict[tuple[str, str], str] = {}
        """Kind and name in the file → id in the registry, of what this import has met or made."""
        self.coming: dict[str, Mapping[str, Any]] = {}
        """Sources of the file by their id in it: they enter with the first agreement that names them."""
        self.made_sources: set[str] = set()
        """Ids of sources that this import has entered."""
        self.proposed: set[str] = set()
        """Sources of the file, by their id in it, that enter with a change that waits for approval."""
        self.befores: dict[str, dict[str, Any]] = {}
        """Id of a record → the document it read as before this import changed it."""
        self.lines: dict[str, int] = {}
        """Id of a record → the line of the file that it was entered or changed by."""
        self._codes: dict[str, dict[str, str]] = {}
        self._met: dict[tuple[str, str], Any] = {}

    def once(self, kind: str, words: str, find: Callable[[str], Any]) -> Any:
        """What `find` tells of the words, or raises: asked of the registry once for each, until more is `entered`."""
        if (kind, words) not in self._met:
            try:
                self._met[kind, words] = find(words)
            except Unclear as unclear:
                self._met[kind, words] = unclear
        told = self._met[kind, words]
        if isinstance(told, Unclear):
            raise told.with_traceback(None)
        return told

    def entered(self, *kinds: str) -> None:
        """Records of these kinds were entered or changed: what was told of them may be another thing now."""
        self._met = {key: told for key, told in self._met.items() if key[0] not in kinds}

    def label(self, kind: str, value: Any) -> str:
        """As in a file; the short address or code is looked up where it was not met before."""
        key = str((value.get("id") or value.get("key")) if isinstance(value, Mapping) else value)
        if (kind, key) not in self.records and (asked := as_uuid(key)):
            if kind in {"organization", "programme"}:
                model = Organization if kind == "organization" else Programme
                self.records[kind, key] = (
                    model.objects.filter(pk=asked).values_list("slug", flat=True).first() or key
                )
            elif kind == "agreement":
                row = Agreement.objects.filter(pk=asked).first()
                self.records[kind, key] = row.code if row else key
        return super().label(kind, value)

    # Vocabularies.

    def code(self, vocabulary: str, words: str) -> str:
        model = VOCABULARIES[vocabulary]
        if vocabulary not in self._codes:
            known: dict[str, str] = {}
            for each in model.objects.order_by("position", "code"):
                for said in (
                    each.code.replace("_", " "),
                    *languages.texts(each, "label").values(),
                    each.code,
                ):
                    known.setdefault(bare(said), each.code)
            self._codes[vocabulary] = known
        known = self._codes[vocabulary]
        asked = bare(words.strip())
        if asked in known.values():
            return asked
        if found := known.get(asked):
            return found
        near = difflib.get_close_matches(asked, known, n=1)
        codes = ", ".join(dict.fromkeys(known.values()))
        hint = (
            _("Did you mean “%(near)s”? Known are: %(codes)s.") % {"near": known[near[0]], "codes": codes}
            if near
            else _("Known are: %(codes)s.") % {"codes": codes}
        )
        told = {"code": words.strip(), "vocabulary": model._meta.verbose_name_plural}
        raise Unclear(_("“%(code)s” is not in the vocabulary “%(vocabulary)s”.") % told, hint)

    # Records.

    def reference(self, kind: str, words: str) -> Any:
        """How a document points at what a cell names. Raises Unclear."""
        words = words.strip()
        if kind in _PARTS:
            return f"{kind}:{words}"
        if kind == "organization":
            return {"id": str(self.organization(words).pk)}
        if found := self.became.get((kind, words)):
            return found if kind in {"office", "source"} else {"id": found}
        if kind == "source":
            if words in self.coming or self.by_id(kind, words):
                return words
        elif kind in _BY_ID:
            if row := self.by_id(kind, words):
                return {"id": str(row.pk)} if kind == "person" else str(row.pk)
        elif kind == "programme":
            if row := self.programme(words):
                return {"id": str(row.pk)}
        elif kind == "agreement" and (row := self.once(kind, words, self.agreement)):
            return {"id": str(row.pk)}
        told = {"words": words, "kind": _KINDS[kind]}
        raise Unclear(_("“%(words)s” names no %(kind)s of this file or of the registry.") % told)

    def agreement(self, code: str) -> Agreement | None:
        """The agreement of that key in the file, or of that code in the registry."""
        readable = Agreement.objects.visible_to(self.by)
        if found := self.became.get(("agreement", code)):
            return Agreement.objects.get(pk=found)
        number = Agreement.number_of(code)
        return readable.filter(number=number).first() if number else None

    def programme(self, words: str) -> Programme | None:
        return self.once("programme", words, self._programme)

    def _programme(self, words: str) -> Programme | None:
        if row := Programme.objects.filter(slug=words).first():
            return row
        asked = bare(words)
        return next(
            (
                each
                for each in Programme.objects.order_by("slug")
                if asked
                in {
                    bare(name)
                    for member in ("name", "short_name")
                    for name in languages.texts(each, member).values()
                }
            ),
            None,
        )

    def by_id(self, kind: str, words: str) -> models.Model | None:
        return self.once(kind, words, lambda key: self._by_id(kind, as_uuid(key)))

    def _by_id(self, kind: str, key: UUID | None) -> models.Model | None:
        rows = _BY_ID[kind].objects
        if kind == "source":
            rows = Source.objects.visible_to(self.by)
        row = rows.filter(pk=key).first() if key else None
        return successor(row) if row and kind == "person" else row

    # Organizations.

    def organization(self, words: str) -> Organization:
        """The organization of that short address, number in another register, or name. Raises Unclear, NotKnown."""
        return self.once("organization", words, self._organization)

    def _organization(self, words: str) -> Organization:
        if found := self.became.get(("organization", words)):
            return Organization.objects.get(pk=found)
        readable = Organization.objects.visible_to(self.by)
        if row := readable.filter(slug=words).first():
            return successor(row)
        scheme, colon, value = words.partition(":")
        if colon:
            numbered = ExternalIdentifier.objects.filter(scheme=scheme.strip(), value=value.strip())
            if row := readable.filter(pk__in=numbered.values("organization")).first():
                return successor(row)
        named = self.named(words)
        if len(named) == 1:
            return named[0]
        if named:
            raise Unclear(
                _("%(count)d organizations are called “%(name)s”.") % {"count": len(named), "name": words},
                _("Write the short address of the one that is meant: %(slugs)s.")
                % {"slugs": ", ".join(each.slug for each in named)},
            )
        near = self.resemblance(words)
        raise NotKnown(
            _("No organization is called “%(name)s”.") % {"name": words},
            near or _("Enter it first, or let unknown names be entered."),
            near,
        )

    def meet(self, names: Iterable[str]) -> None:
        """Ask which organizations these are, all at once; what is not certain then is asked when it is read."""
        names = [each for each in dict.fromkeys(names) if ("organization", each) not in self._met]
        if not names:
            return
        if len(self._met) > _REMEMBERED:
            self._met.clear()
        readable = Organization.objects.visible_to(self.by)
        found = {each.slug: successor(each) for each in readable.filter(slug__in=names)}
        with connection.cursor() as cursor:
            cursor.execute(_NAMED, [names])
            called = dict(cursor.fetchall())
        rows = readable.in_bulk(called.values())
        for name in names:
            # What may be a number in another register, or was entered by this import, is looked for one by one.
            if ":" in name or ("organization", name) in self.became:
                continue
            if row := found.get(name) or rows.get(called.get(name)):
                self._met["organization", name] = row

    def named(self, name: str) -> list[Organization]:
        """Those called exactly so, folded as a search folds it, by their name or another name."""
        entries = NameEntry.objects.filter(
            fact__in=[NameEntry.Fact.NAME, NameEntry.Fact.ALIAS], folded=search.Plain(name)
        )
        rows = Organization.objects.visible_to(self.by).filter(
            merged_into=None, pk__in=entries.values("organization")
        )
        return list(rows.order_by("slug")[:5])

    def resemblance(self, name: str, *, own: UUID | None = None) -> str:
        """Which organizations may be meant, with the reasons, but for the `own` one; empty when none looks alike."""
        found = alike.alike(alike.Asked(Organization, (name,), own=own), actor=self.by)
        told = "; ".join(
            f"{each.record} ({each.record.slug}): {', '.join(each.reasons)}" for each in found[:3]
        )
        return _("It may be one of these: %(told)s.") % {"told": told} if told else ""


_COUNTRIES: dict[str, str] = {}


def country(words: str) -> str:
    """The code of a country, from the code or its name in one of the three languages. Raises Unclear.

    >>> country("Maroc"), country("ma"), country("قطر")
    ('MA', 'MA', 'QA')
    """
    if not _COUNTRIES:
        for language in languages.CODES:
            for code, name in Locale(language).territories.items():
                if len(code) == 2 and code.isalpha():
                    _COUNTRIES.setdefault(bare(code), code)
                    _COUNTRIES.setdefault(bare(name), code)
    if found := _COUNTRIES.get(bare(words.strip())):
        return found
    raise Unclear(
        _("“%(words)s” is no country.") % {"words": words.strip()},
        _("Write its two capital letters, like MA, or its name."),
    )


def as_uuid(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None


_KINDS = {
    "person": Person._meta.verbose_name,
    "office": Office._meta.verbose_name,
    "source": Source._meta.verbose_name,
    "programme": Programme._meta.verbose_name,
    "agreement": Agreement._meta.verbose_name,
}
