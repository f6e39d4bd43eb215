"""Sources, and the quotes that are taken from them, as documents."""

from collections.abc import Mapping
from uuid import UUID

from agreements.models import Citation, Source, SourceFile
from agreements.queries import newer
from lib import addresses


def read_source(row: Source) -> dict:
    """What a source is, without its text."""
    return {
        "id": str(row.pk),
        "type": "source",
        "url": addresses.api("sources", row.pk),
        "kind": row.kind,
        "language": row.language,
        "title": row.title,
        "byline": row.byline,
        "publisher": row.publisher,
        "address": row.url,
        "published": row.published.as_json(),
    }


def read_whole_source(row: Source) -> dict:
    """The source as SourceShape has it, with its text and what is set aside in it. Needs `newer`."""
    later = getattr(row, "newer", None)  # where there is none, Django's error is an AttributeError too
    return read_source(row) | {
        "text": row.text,
        "replaces": str(row.replaces_id) if row.replaces_id else None,
        "replaced_by": str(later.pk) if later else None,
        "noise": [
            {"id": str(each.pk), "start": each.start, "end": each.end, "reason": each.reason}
            for each in sorted(row.noise.all(), key=lambda each: each.start)
        ],
        "files": [
            read_file(each) for each in sorted(row.files.all(), key=lambda each: (each.position, each.pk))
        ],
    }


def whole_part(row: Source) -> dict:
    """The source as a draft has it that takes it over: with keys, and without its files."""
    whole = read_whole_source(row)
    kept = ("id", "kind", "language", "title", "byline", "publisher", "address", "published", "text")
    return (
        {"key": str(row.pk)}
        | {name: whole[name] for name in kept}
        | {"noise": [each | {"key": each["id"]} for each in whole["noise"]]}
    )


def read_file(row: SourceFile) -> dict:
    """The file as SourceFileShape has it: what it is, and where its content is."""
    return {
        "id": str(row.pk),
        "url": addresses.api("source-files", row.pk),
        "name": row.name,
        "type": row.type,
        "size": row.size,
        "sha256": row.sha256,
        "pages": row.pages,
    }


def read_citation(row: Citation, newest: Mapping[UUID, Source]) -> dict:
    """The citation as CitationShape has it, with the fact it proves. `newest` is what `newer.newest` answers."""
    fact = next(name for name in Citation.FACTS if getattr(row, f"{name}_id") is not None)
    return read_quote(row, newest) | {
        "agreement": str(row.agreement_id),
        "fact": {
            "type": "agreement" if fact == "of_agreement" else fact,
            "id": str(getattr(row, f"{fact}_id")),
        },
    }


def read_quote(row: Citation, newest: Mapping[UUID, Source] | None = None) -> dict:
    """The citation as it stands at its fact. `newest` is what `newer.newest` answers."""
    flag = newer.changed(row, newest or {})
    return {
        "id": str(row.pk),
        "source": str(row.source_id),
        "start": row.start,
        "end": row.end,
        "quote": row.quote,
        "about": row.about,
        "note": row.note,
        "source_changed": flag.standing.value if flag else None,
    }
