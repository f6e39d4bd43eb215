"""People and systems that act: accounts, tokens, and the readers without either."""

import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib import networks
from lib.identity import new_id
from organizations.models.organization import Organization
from organizations.permissions import (
    ANONYMOUS,
    ROLES,
    Permission,
    Role,
    Scope,
    every_scope,
    opened,
    scope_of,
)


class Acting:
    """What every actor answers: what it may do, for whom, and how the trail names it."""

    acts_for_organization = True
    role: str = ""
    organization_id = None
    account_id = None
    """The key of the account, for people; systems and anonymous readers have none."""

    @property
    def permissions(self) -> frozenset[Permission]:
        return ROLES.get(self.role, frozenset())

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def scope_missing(self, permission: Permission) -> str:
        """The scope that this actor would need for what its role may do already; blank for everybody but tokens."""
        return ""

    @property
    def may_read(self) -> bool:
        return self.may(Permission.VIEW)


class UserManager(BaseUserManager):
    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """An account; without a password nobody can sign in to it until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, **{"role": Role.ADMINISTRATOR, "name": email} | fields)


class User(Acting, AbstractBaseUser):
    """A person with an account. Acts for one organization, or for the registry itself when it has none."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.READER)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        verbose_name=_("acts for"),
        null=True,
        blank=True,
        related_name="members",
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="en")
    weekly_digest = models.BooleanField(
        _("weekly digest"),
        default=False,
        help_text=_("Once a week, by e-mail: what changed in the agreements this person follows."),
    )
    digest_until = models.DateTimeField(_("digest sent up to"), null=True, blank=True, editable=False)
    informed_until = models.DateTimeField(
        _("has read what happened up to"), default=timezone.now, editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(
                name="account_is_a_person_not_a_system",
                condition=~Q(role=Role.PARTNER_SYSTEM),
                violation_error_message=_("A partner system acts with a token, not with an account."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def audit_label(self) -> str:
        return self.name or self.email

    def audit_id(self) -> str:
        return f"user:{self.pk}"

    @property
    def account_id(self):
        return self.pk

    def get_full_name(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper() or self.email[0].upper()

    # Django's admin asks these; the policy is in permissions.py, and the admin is for administrators.
    @property
    def is_staff(self) -> bool:
        return self.may(Permission.ADMINISTER)

    @property
    def is_superuser(self) -> bool:
        return self.is_staff

    def has_perm(self, perm, obj=None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label) -> bool:
        return self.is_active and self.is_staff


class ApiTokenQuerySet(models.QuerySet):
    def valid(self, at):
        """Tokens that open the door at the time `at`."""
        return self.filter(revoked_at__isnull=True).exclude(expires_at__lte=at)


class ApiToken(Acting, models.Model):
    """A partner system's key. Shown once; only its SHA-256 is kept, with a prefix to recognise it by.

    It may what its role and its `scopes` both open. With an `oauth_client` it has no secret of its own: the system
    draws short-lived ones with its client secret, and all of them act as this row does. `networks` are those it is
    used from, as CIDR; none means anywhere.
    """

    SCHEME = "mithaq"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="api_tokens", verbose_name=_("organization")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.PARTNER_SYSTEM)
    label = models.CharField(_("what it is for"), max_length=120, blank=True, default="")
    scopes = ArrayField(
        models.CharField(max_length=24, choices=Scope), verbose_name=_("scopes"), default=every_scope
    )
    networks = ArrayField(
        models.CharField(max_length=43, validators=[networks.is_network]),
        verbose_name=_("networks"),
        default=list,
        blank=True,
        help_text=_("Where it is used from, as 192.0.2.0/24 or 2001:db8::/32; empty is anywhere."),
    )
    prefix = models.CharField(_("begins with"), max_length=16, editable=False)
    digest = models.CharField(_("SHA-256"), max_length=64, unique=True, null=True, editable=False)
    oauth_client = models.OneToOneField(
        "allauth_idp_oidc.Client",
        models.PROTECT,
        verbose_name=_("OAuth client"),
        null=True,
        blank=True,
        editable=False,
        related_name="api_token",
    )
    issued_by = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=_("issued by"),
        null=True,
        blank=True,
        editable=False,
        related_name="issued_tokens",
    )
    created_at = models.DateTimeField(_("issued"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(
                name="api_token_has_scopes_that_exist",
                condition=Q(scopes__contained_by=Scope.values) & Q(scopes__len__gt=0),
                violation_error_message=_("A token has at least one scope, and only scopes that exist."),
            ),
            models.CheckConstraint(
                name="api_token_has_its_own_secret_or_a_client",
                condition=Q(digest__isnull=False, oauth_client__isnull=True)
                | Q(digest__isnull=True, oauth_client__isnull=False),
                violation_error_message=_("A token opens by its own secret, or through an OAuth client."),
            ),
        ]

    is_authenticated = True
    is_anonymous = False
    is_active = True

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.organization})"

    def audit_label(self) -> str:
        return f"{self.organization.slug} · {self.label or self.prefix}"

    def audit_id(self) -> str:
        return f"token:{self.pk}"

    @property
    def permissions(self) -> frozenset[Permission]:
        return opened(self.role, tuple(self.scopes))

    def scope_missing(self, permission: Permission) -> str:
        held = permission in ROLES.get(self.role, frozenset())
        return scope_of(permission) if held and not self.may(permission) else ""

    @classmethod
    def draw(cls) -> tuple[str, dict[str, str]]:
        """A new secret, and the columns that keep it: `prefix` and `digest`."""
        secret = f"{cls.SCHEME}_{secrets.token_urlsafe(32)}"
        return secret, {"prefix": secret[:12], "digest": cls.digest_of(secret)}

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()


class Anonymous(Acting, AnonymousUser):
    """A reader without an account; reads what is public where PUBLIC_READING allows it."""

    @property
    def permissions(self) -> frozenset[Permission]:
        return ANONYMOUS if settings.PUBLIC_READING else frozenset()

    def audit_label(self) -> str:
        return "anonymous"

    def audit_id(self) -> str:
        return ""


class System(Acting):
    """The registry's own command line: `manage.py` on the server, with all permissions."""

    pk = None
    is_authenticated = True

    def __init__(self, command: str):
        self.command = command

    @property
    def permissions(self) -> frozenset[Permission]:
        return frozenset(Permission)

    def audit_label(self) -> str:
        return f"manage.py {self.command}"

    def audit_id(self) -> str:
        return "system"
