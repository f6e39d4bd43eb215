"""Fills a registry with the sample agreements and one account for each role."""

import base64
import hashlib
import hmac

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from activities import samples
from activities.fiction import Fiction
from lib.problems import Refused
from organizations import services
from organizations.models import Organization, System, User
from organizations.permissions import Role
from organizations.shapes import OrganizationShape

OFFICE = {
    "slug": "registry-office",
    "source_language": "en",
    "names": {"en": "Registry office", "fr": "Bureau du registre", "ar": "مكتب السجل"},
}
ROLES = [role for role in Role if role != Role.PARTNER_SYSTEM]


def password_for(role: str) -> str:
    """The sample account's password: the same each time in one installation, another one in every other."""
    keyed = hmac.new(settings.SECRET_KEY.encode(), f"sample account: {role}".encode(), hashlib.sha256)
    return base64.b32encode(keyed.digest()).decode().lower()[:16]


class Command(BaseCommand):
    """Loading twice changes nothing."""

    help = "Load the sample agreements, fictional ones as well if asked for, and an account for each role."

    def add_arguments(self, parser):
        parser.add_argument("--agreements", type=int, default=0, metavar="N", help="how many fictional ones")

    def handle(self, *, agreements: int, **options):
        people = self.accounts()
        try:
            self.load(agreements, author=people[Role.CONTRIBUTOR], reviewer=people[Role.REVIEWER])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"\n{'role':<16}{'e-mail':<32}password")
        for role, user in people.items():
            password = password_for(role)
            told = password if user.check_password(password) else "(changed since)"
            self.stdout.write(f"{role.value:<16}{user.email:<32}{told}")

    def accounts(self) -> dict[Role, User]:
        """One account for each role of a person; those missing are made."""
        by = System("load_sample")
        office = Organization.objects.filter(slug=OFFICE["slug"]).first()
        if office is None:
            shape = OrganizationShape(data=OFFICE)
            shape.is_valid(raise_exception=True)
            office = services.add_organization(shape.validated_data, parent=None, by=by).organization
        people = {}
        for role in ROLES:
            email = f"{role.value}@mithaq.example"
            people[role] = User.objects.filter(email=email).first() or services.create_account(
                email=email,
                name=f"Sample {role.value}",
                role=role,
                password=password_for(role),
                organization=office,
                by=by,
            )
        return people

    def load(self, wanted: int, *, author: User, reviewer: User) -> None:
        loaded = samples.loaded()
        for name in samples.PRESS:
            if name not in loaded:
                agreement = samples.enter(samples.read(name), author=author, reviewer=reviewer)
                self.stdout.write(f"{agreement.code} {agreement.title}")
        missing = [n for n in range(1, wanted + 1) if f"fictional-{n:04}" not in loaded]
        fiction = Fiction() if missing else None
        for done, number in enumerate(missing, start=1):
            fiction.enter(number, author=author, reviewer=reviewer)
            if done % 100 == 0 or done == len(missing):
                self.stdout.write(f"{done} of {len(missing)} fictional agreements entered")
        if samples.SANDBOX not in loaded:  # last, as the numbers of the others stand in documents
            samples.enter(samples.read(samples.SANDBOX), author=author, reviewer=reviewer)
            self.stdout.write(
                "The sandbox is an organization for trying tokens on: issue_token --organization sandbox"
            )
