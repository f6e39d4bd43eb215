"""Issue an API token, or an OAuth client, from the command line."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lib.problems import Refused
from organizations import services
from organizations.models import Organization, System
from organizations.permissions import Role, Scope


class Command(BaseCommand):
    help = "Issues an API token for an organization and prints it, once. Only its hash is kept."

    def add_arguments(self, parser):
        parser.add_argument(
            "--organization", required=True, metavar="SLUG", help="the organization it acts for"
        )
        parser.add_argument("--role", default=Role.PARTNER_SYSTEM, choices=Role.values)
        parser.add_argument("--label", default="", help="what it is for, shown beside its uses")
        parser.add_argument("--days", type=int, help="expires after this many days (default: never)")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            metavar="SCOPE",
            help="what it may, of what its role may; may be repeated (default: all of that). One of: "
            + ", ".join(Scope.values),
        )
        parser.add_argument(
            "--network",
            action="append",
            default=[],
            metavar="CIDR",
            help="where it is used from, as 192.0.2.0/24; may be repeated (default: anywhere)",
        )
        parser.add_argument(
            "--oauth",
            action="store_true",
            help="make an OAuth 2 client instead, which draws tokens of an hour with its secret",
        )

    def handle(self, *, organization, role, label, days, scope, network, oauth, **options):
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
        try:
            token, secret = services.issue_token(
                organization=holder,
                role=role,
                label=label,
                scopes=scope,
                networks=network,
                expires_at=timezone.now() + timedelta(days=days) if days else None,
                oauth=oauth,
                by=System("issue_token"),
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if oauth:
            self.stderr.write(f"The client is {token.oauth_client_id}. Its secret is shown once:")
        else:
            self.stderr.write("This token is shown once; keep it where only the partner system reads it:")
        self.stdout.write(secret)
