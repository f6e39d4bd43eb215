from django.apps import AppConfig


class LibConfig(AppConfig):
    """Pure helpers; an app only for its template tags and the database's folding function."""

    name = "lib"
