"""What the worker does for imports."""

from django_tasks import task

from exchange.imports.run import run
from exchange.models import Import


@task()
def work(key: str, asked_at: str) -> None:
    """Do what was asked for at that moment; what was asked for anew meanwhile has a task of its own."""
    imported = Import.objects.select_related("asked_by", "organization").filter(pk=key).first()
    if imported is None or not imported.asked_at or imported.asked_at.isoformat() != asked_at:
        return
    run(imported)
