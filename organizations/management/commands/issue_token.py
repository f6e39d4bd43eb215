"""Issue an API token from the command line."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from organizations import services
from organizations.models import Organization, System
from organizations.permissions import Role


class Command(BaseCommand):
    help = "Issues an API token for an organization and prints it, once. Only its hash is kept."

    def add_arguments(self, parser):
        parser.add_argument(
            "--organization", required=True, metavar="SLUG", help="the organization it acts for"
        )
        parser.add_argument("--role", default=Role.PARTNER_SYSTEM, choices=Role.values)
        parser.add_argument("--label", default="", help="what it is for, shown beside its uses")
        parser.add_argument("--days", type=int, help="expires after this many days (default: never)")

    def handle(self, *, organization, role, label, days, **options):
        holder = Organization.objects.filter(slug=organization).first()
        if holder is None:
            near = ", ".join(
                Organization.objects.filter(slug__icontains=organization[:4]).values_list("slug", flat=True)[
                    :5
                ]
            )
            raise CommandError(
                f"There is no organization {organization!r}." + (f" Perhaps one of: {near}." if near else "")
            )
        if days is not None and days < 1:
            raise CommandError("--days counts from one.")
        _token, secret = services.issue_token(
            organization=holder,
            role=role,
            label=label,
            expires_at=timezone.now() + timedelta(days=days) if days else None,
            by=System("issue_token"),
        )
        self.stderr.write("This token is shown once; keep it where only the partner system reads it:")
        self.stdout.write(secret)
