"""Organizations, people, accounts and tokens in the administration; every save passes the services."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.recorded_admin import ReadOnlyAdmin, RecordedAdmin, RecordedInline
from lib import languages
from organizations import services
from organizations.forms import SUGGESTED, NetworksField
from organizations.models import (
    Alias,
    ApiToken,
    DistinctPair,
    DistinctPeople,
    ExternalIdentifier,
    Merge,
    Office,
    Organization,
    OrganizationKind,
    Person,
    ProfileClaim,
    User,
)
from organizations.permissions import Scope


class RoomAdmin(RecordedAdmin):
    """Records of this room."""

    services = services


class AliasInline(RecordedInline):
    model = Alias


class IdentifierInline(RecordedInline):
    model = ExternalIdentifier


class OfficeInline(RecordedInline):
    model = Office
    autocomplete_fields = ["organization"]
    fields = ["organization", "attachment", "source_language", *languages.columns("title")]


@admin.register(Organization)
class OrganizationAdmin(RoomAdmin):
    list_display = ["__str__", "slug", "kind", "parent", "country"]
    list_filter = ["kind", "relation", "country"]
    list_select_related = ["kind", "parent"]
    search_fields = ["slug", *languages.columns("name", "short_name"), "aliases__name"]
    autocomplete_fields = ["parent"]
    readonly_fields = ["merged_into"]
    prepopulated_fields = {"slug": ["name_en"]}
    inlines = [AliasInline, IdentifierInline]
    ordering = ["slug"]


@admin.register(Alias)
class AliasAdmin(RoomAdmin):
    list_display = ["name", "language", "kind", "organization"]
    list_select_related = ["organization"]
    search_fields = ["name"]
    autocomplete_fields = ["organization"]
    ordering = ["name"]


@admin.register(ExternalIdentifier)
class ExternalIdentifierAdmin(RoomAdmin):
    list_display = ["scheme", "value", "organization"]
    list_select_related = ["organization"]
    search_fields = ["scheme", "value"]
    autocomplete_fields = ["organization"]
    ordering = ["scheme", "value"]


@admin.register(ProfileClaim)
class ProfileClaimAdmin(RoomAdmin):
    list_display = ["__str__", "about", "organization", "as_of"]
    list_filter = ["about"]
    list_select_related = ["organization"]
    autocomplete_fields = ["organization"]
    search_fields = languages.columns("text")
    ordering = ["id"]


@admin.register(DistinctPair)
class DistinctPairAdmin(RoomAdmin):
    list_display = ["first", "second", "reason"]
    list_select_related = ["first", "second"]
    autocomplete_fields = ["first", "second"]
    ordering = ["id"]


@admin.register(DistinctPeople)
class DistinctPeopleAdmin(RoomAdmin):
    list_display = ["first", "second", "reason"]
    list_select_related = ["first", "second"]
    autocomplete_fields = ["first", "second"]
    ordering = ["id"]


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "at", "undone_at", "reason"]
    list_select_related = ["organization", "into_organization", "person", "into_person"]
    ordering = ["-id"]


@admin.register(Person)
class PersonAdmin(RoomAdmin):
    list_display = ["__str__", "source_language"]
    search_fields = languages.columns("name")
    inlines = [OfficeInline]
    ordering = ["name_en", "id"]


@admin.register(Office)
class OfficeAdmin(RoomAdmin):
    list_display = ["person", "__str__", "organization", "attachment"]
    list_select_related = ["person", "organization"]
    search_fields = [*languages.columns("title"), *(f"person__{name}" for name in languages.columns("name"))]
    autocomplete_fields = ["person", "organization"]
    ordering = ["id"]


@admin.register(OrganizationKind)
class OrganizationKindAdmin(RoomAdmin):
    list_display = ["code", "__str__", "position", "retired"]
    ordering = ["position", "code"]
    search_fields = ["code", *languages.columns("label")]


class AccountForm(forms.ModelForm):
    """An account; the password is set here for a new one, or anew, and never shown."""

    new_password = forms.CharField(
        label=gettext_lazy("New password"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Leave empty to keep the present one."),
    )

    class Meta:
        model = User
        fields = ["email", "name", "role", "organization", "language", "is_active"]

    def clean_new_password(self):
        if password := self.cleaned_data["new_password"]:
            validate_password(password, self.instance)
        return password

    def _post_clean(self):
        super()._post_clean()
        if password := self.cleaned_data.get("new_password"):
            self.instance.set_password(password)
        elif self.instance._state.adding:
            self.instance.set_unusable_password()


@admin.register(User)
class UserAdmin(RecordedAdmin):
    form = AccountForm
    services = services
    list_display = ["email", "name", "role", "organization", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    list_select_related = ["organization"]
    search_fields = ["email", "name"]
    autocomplete_fields = ["organization"]
    ordering = ["email"]

    def save_model(self, request, obj, form, change):
        services.store_account(obj, by=request.user)

    def has_delete_permission(self, request, obj=None):
        return False  # what an account did stays told; take away its right to sign in instead


class IssueForm(forms.ModelForm):
    """A new token, of any role."""

    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"),
        choices=Scope.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: all that its role may do."),
    )
    networks = NetworksField(
        label=gettext_lazy("Networks"),
        required=False,
        help_text=gettext_lazy("Where it is used from, one a line, as 192.0.2.0/24; empty is anywhere."),
    )
    oauth = forms.BooleanField(label=gettext_lazy("As an OAuth 2 client"), required=False)

    class Meta:
        model = ApiToken
        fields = ["organization", "role", "label", "scopes", "networks", "expires_at"]

    def clean_scopes(self) -> list[str] | None:
        return self.cleaned_data["scopes"] or None

    def _post_clean(self):
        """The service looks at the whole: there is no row to be checked before it."""


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin, RecordedAdmin):
    form = IssueForm
    list_display = [
        "prefix",
        "organization",
        "role",
        "label",
        "scopes",
        "networks",
        "issued_by",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    ]
    list_filter = ["role"]
    list_select_related = ["organization", "issued_by"]
    autocomplete_fields = ["organization"]
    search_fields = ["prefix", "label", "organization__slug"]
    ordering = ["-created_at"]
    actions = ["revoke"]

    def has_add_permission(self, request):
        return True

    def get_changeform_initial_data(self, request):
        return {"expires_at": timezone.now() + SUGGESTED} | super().get_changeform_initial_data(request)

    def save_model(self, request, obj, form, change):
        token, secret = services.issue_token(**form.cleaned_data, by=request.user)
        vars(obj).update(vars(token))
        told = (
            _("Client %(client)s; its secret is shown this once: %(secret)s")
            if token.oauth_client_id
            else _("The token is shown this once: %(secret)s")
        )
        self.message_user(
            request, told % {"client": token.oauth_client_id, "secret": secret}, messages.WARNING
        )

    @admin.action(description=gettext_lazy("Revoke the selected tokens"))
    def revoke(self, request, queryset):
        for token in queryset:
            services.revoke_token(token, by=request.user)
        self.message_user(request, _("Revoked."), messages.SUCCESS)
