"""Lets a migration fill a vocabulary as every other writer does: with an event in its own transaction."""

from uuid import NAMESPACE_URL, uuid5

LANGUAGES = ("en", "fr", "ar")


def seed(apps, label: str, rows: list[tuple[str, str, str, str]]) -> None:
    """Add the terms `(code, en, fr, ar)` to the vocabulary `label`, in this order."""
    model = apps.get_model(label)
    model.objects.bulk_create(
        model(
            code=code,
            position=position,
            **{f"label_{lang}": text for lang, text in zip(LANGUAGES, labels, strict=True)},
        )
        for position, (code, *labels) in enumerate(rows, start=1)
    )
    apps.get_model("audit.AuditEvent").objects.create(
        verb="vocabulary.seeded",
        target_type=label.lower(),
        target_id="",
        chain=uuid5(NAMESPACE_URL, f"mithaq:{label.lower()}"),
        actor="migration",
        actor_id="system",
        changes={"codes": {"old": None, "new": [row[0] for row in rows]}},
    )
