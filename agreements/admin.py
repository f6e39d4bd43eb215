"""Agreements and their parts in the administration; every save passes the services."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import models, services
from audit.recorded_admin import RecordedAdmin, RecordedInline
from lib import languages
from lib.problems import Refused
from organizations.models import Organization


class RoomAdmin(RecordedAdmin):
    """Records of this room."""

    services = services
    ordering = ["id"]


class PartyInline(RecordedInline):
    model = models.Party
    autocomplete_fields = ["organization"]


class ThemeInline(RecordedInline):
    model = models.AgreementTheme


class IdentifierInline(RecordedInline):
    model = models.AgreementIdentifier


class SourceInline(RecordedInline):
    model = models.AgreementSource
    autocomplete_fields = ["source"]


class LinkInline(RecordedInline):
    model = models.AgreementLink
    fk_name = "agreement"
    autocomplete_fields = ["to"]


class DebtorInline(RecordedInline):
    model = models.CommitmentDebtor
    autocomplete_fields = ["party"]


class BeneficiaryInline(RecordedInline):
    model = models.CommitmentBeneficiary
    autocomplete_fields = ["party", "group"]


class AdvantageBeneficiaryInline(RecordedInline):
    model = models.AdvantageBeneficiary
    autocomplete_fields = ["party", "group"]


class ObjectiveGroupInline(RecordedInline):
    model = models.ObjectiveGroup
    autocomplete_fields = ["group"]


class ReadingInline(RecordedInline):
    model = models.Reading
    fields = ["position", *languages.columns("text")]


class SignatoryInline(RecordedInline):
    model = models.Signatory
    autocomplete_fields = ["person", "office"]


class NoiseInline(RecordedInline):
    model = models.NoiseSpan


class EntryForm(forms.ModelForm):
    """A new agreement by its first facts: what it is, its title, its parties. Everything else is added after."""

    parties = forms.ModelMultipleChoiceField(
        Organization.objects.order_by("slug"),
        label=gettext_lazy("Parties, in order of their names"),
        help_text=gettext_lazy("Two or more. Add a missing organization first."),
    )
    text = forms.CharField(
        label=gettext_lazy("Text of the source"), widget=forms.Textarea, required=False, strip=False
    )

    class Meta:
        model = models.Agreement
        fields = ["kind", "source_language", *languages.columns("title"), "title_basis", "confidentiality"]

    def dossier(self) -> dict:
        """What was entered, as the one plain structure."""
        told = self.cleaned_data
        language = told["source_language"]
        return {
            "kind": told["kind"].code,
            "source_language": language,
            "titles": {code: told[f"title_{code}"] for code in languages.CODES if told[f"title_{code}"]},
            "title_basis": told["title_basis"],
            "confidentiality": told["confidentiality"],
            "parties": [{"organization": {"id": str(each.pk)}} for each in told["parties"]],
            "sources": [{"key": "text", "kind": "other", "language": language, "text": told["text"]}]
            if told["text"].strip()
            else [],
        }

    def clean_parties(self):
        if len(self.cleaned_data["parties"]) < 2:
            raise ValidationError(_("Choose at least two parties."))
        return self.cleaned_data["parties"]


@admin.register(models.Agreement)
class AgreementAdmin(RoomAdmin):
    list_display = ["code", "__str__", "kind", "editorial_state", "confidentiality", "version"]
    list_filter = ["editorial_state", "confidentiality", "kind"]
    list_select_related = ["kind"]
    search_fields = ["reference", *languages.columns("title"), "parties__organization__slug"]
    autocomplete_fields = ["programme"]
    readonly_fields = ["code", "editorial_state", "version", "registered_by", "reviewed_by"]
    inlines = [PartyInline, ThemeInline, SourceInline, IdentifierInline, LinkInline]
    ordering = ["-number"]
    actions = ["submit_for_review", "publish"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = EntryForm
            kwargs["fields"] = None
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": [*EntryForm.Meta.fields, "parties", "text"]})]
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if obj else []

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        entered = services.register(form.dossier(), by=request.user)
        obj.__dict__.update(entered.__dict__)

    @admin.action(description=gettext_lazy("Send the selected drafts to review"))
    def submit_for_review(self, request, queryset):
        self._each(request, queryset, services.submit)

    @admin.action(description=gettext_lazy("Publish the selected records in review"))
    def publish(self, request, queryset):
        self._each(request, queryset, services.publish)

    def _each(self, request, queryset, move):
        for agreement in queryset:
            try:
                move(agreement.pk, by=request.user)
            except Refused as refusal:
                self.message_user(request, f"{agreement.code}: {refusal.faults[0].message}", "ERROR")
            else:
                self.message_user(request, _("%(code)s: done.") % {"code": agreement.code}, "SUCCESS")


@admin.register(models.Party)
class PartyAdmin(RoomAdmin):
    list_display = ["organization", "agreement", "position", "role"]
    list_select_related = ["organization", "agreement", "role"]
    search_fields = ["organization__slug", *(f"organization__{name}" for name in languages.columns("name"))]
    autocomplete_fields = ["agreement", "organization"]
    inlines = [SignatoryInline]


@admin.register(models.Commitment)
class CommitmentAdmin(RoomAdmin):
    list_display = ["number", "__str__", "agreement", "kind"]
    list_filter = ["kind"]
    list_select_related = ["agreement", "kind"]
    search_fields = languages.columns("text")
    autocomplete_fields = ["agreement"]
    inlines = [DebtorInline, BeneficiaryInline]


@admin.register(models.Objective)
class ObjectiveAdmin(RoomAdmin):
    list_display = ["__str__", "kind", "agreement"]
    list_filter = ["kind"]
    list_select_related = ["agreement"]
    search_fields = languages.columns("text")
    autocomplete_fields = ["agreement"]
    inlines = [ObjectiveGroupInline]


@admin.register(models.Advantage)
class AdvantageAdmin(RoomAdmin):
    list_display = ["__str__", "agreement", "provider"]
    list_select_related = ["agreement", "provider__organization"]
    search_fields = languages.columns("text")
    autocomplete_fields = ["agreement", "provider", "claimed_in", "supports"]
    inlines = [AdvantageBeneficiaryInline]


@admin.register(models.Statement)
class StatementAdmin(RoomAdmin):
    list_display = ["__str__", "speaker", "attribution", "agreement"]
    list_filter = ["attribution"]
    list_select_related = ["agreement", "speaker__person"]
    search_fields = languages.columns("text")
    autocomplete_fields = ["agreement", "speaker", "on_behalf_of"]


@admin.register(models.NamedGroup)
class NamedGroupAdmin(RoomAdmin):
    list_display = ["__str__", "concept", "agreement", "mention"]
    list_filter = ["mention", "concept"]
    list_select_related = ["agreement", "concept"]
    search_fields = languages.columns("text")
    autocomplete_fields = ["agreement", "of_organization"]


@admin.register(models.LifecycleEvent)
class LifecycleEventAdmin(RoomAdmin):
    list_display = ["agreement", "kind", "occurred_text"]
    list_filter = ["kind"]
    list_select_related = ["agreement"]
    autocomplete_fields = ["agreement", "document"]


@admin.register(models.OpenQuestion)
class OpenQuestionAdmin(RoomAdmin):
    list_display = ["__str__", "agreement", "about", "resolved_at"]
    list_select_related = ["agreement"]
    search_fields = languages.columns("text")
    autocomplete_fields = ["agreement", "party", "group", "objective", "commitment", "advantage", "statement"]
    readonly_fields = ["resolved_at", "resolved_by", "resolution"]
    inlines = [ReadingInline]


@admin.register(models.Source)
class SourceAdmin(RoomAdmin):
    list_display = ["__str__", "kind", "language"]
    list_filter = ["kind", "language"]
    search_fields = ["title", "publisher"]
    inlines = [NoiseInline]

    def get_readonly_fields(self, request, obj=None):
        return ["text"] if obj else []


@admin.register(models.Citation)
class CitationAdmin(RoomAdmin):
    list_display = ["__str__", "agreement", "source", "start", "end", "about"]
    list_filter = ["about"]
    list_select_related = ["agreement", "source"]
    search_fields = ["quote"]
    raw_id_fields = ["agreement", "source", *models.Citation.FACTS]


@admin.register(models.Programme)
class ProgrammeAdmin(RoomAdmin):
    list_display = ["__str__", "slug"]
    search_fields = ["slug", *languages.columns("name", "short_name")]
    ordering = ["slug"]


class PlainAdmin(RoomAdmin):
    """Tables that are mostly edited with the record they belong to."""

    list_display = ["id", "__str__"]


for model in (
    models.AgreementIdentifier,
    models.AgreementLink,
    models.AgreementSource,
    models.AgreementTheme,
    models.AdvantageBeneficiary,
    models.CommitmentBeneficiary,
    models.CommitmentDebtor,
    models.NoiseSpan,
    models.ObjectiveGroup,
    models.Reading,
    models.Signatory,
):
    admin.site.register(
        model,
        type(
            f"{model.__name__}Admin",
            (PlainAdmin,),
            {
                "raw_id_fields": [
                    field.name
                    for field in model._meta.fields
                    if field.is_relation
                    and not issubclass(field.related_model, services.records.VOCABULARIES)
                ]
            },
        ),
    )


class VocabularyAdmin(RoomAdmin):
    list_display = ["code", "__str__", "position", "retired"]
    search_fields = ["code", *languages.columns("label")]
    ordering = ["position", "code"]


for model in services.records.VOCABULARIES:
    admin.site.register(model, VocabularyAdmin)
