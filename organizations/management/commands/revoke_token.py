"""Revoke an API token from the command line."""

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from organizations import services
from organizations.models import ApiToken, System

SHORTEST = 8
"""Characters by which a token is named at least: `mithaq_` is what they all begin with."""


class Command(BaseCommand):
    help = "Revokes the API token, or the OAuth client, that begins with PREFIX. For good, and at once."

    def add_arguments(self, parser):
        parser.add_argument(
            "prefix",
            metavar="PREFIX",
            help="the beginning of the token, as the lists show it, or its client's id",
        )
        parser.add_argument("--reason", default="", help="why, for the trail")

    def handle(self, *, prefix, reason, **options):
        if len(prefix) < SHORTEST:
            raise CommandError(f"Name it by its first {SHORTEST} characters at least.")
        begins = Q(prefix__startswith=prefix[:12]) | Q(oauth_client=prefix)
        found = list(ApiToken.objects.filter(begins, revoked_at__isnull=True).select_related("organization"))
        if not found:
            raise CommandError(f"No token that is in force begins with {prefix[:12]!r}.")
        if len(found) > 1:
            told = ", ".join(f"{each.prefix} ({each.label or each.organization.slug})" for each in found)
            raise CommandError(f"Several tokens begin so: {told}. Name one by more of its characters.")
        token = services.revoke_token(found[0], reason=reason, by=System("revoke_token"))
        self.stdout.write(f"Revoked: {token.prefix}… of {token.organization.slug}.")
