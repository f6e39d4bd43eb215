"""The stock admin, writing through the services: what a form saves passes the one door and leaves its event."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpResponseRedirect

from audit.admin import ReadOnlyAdmin
from lib.problems import Refused

__all__ = ["ReadOnlyAdmin", "RecordedAdmin", "RecordedInline"]


class RecordedInline(admin.TabularInline):
    """Rows of a table shown with the record they belong to; saved by the record's own admin."""

    extra = 0
    show_change_link = True


class RecordedAdmin(admin.ModelAdmin):
    """Saves and deletes by the `services` module of the room; a refusal comes back as a message, nothing is lost."""

    services = None
    list_per_page = 50
    show_full_result_count = False
    formfield_overrides = {models.URLField: {"form_class": partial(forms.URLField, assume_scheme="https")}}

    def save_model(self, request, obj, form, change):
        self.services.store(obj, by=request.user)

    def save_formset(self, request, form, formset, change):
        formset.save(commit=False)
        for obj in formset.deleted_objects:
            self.services.remove(obj, by=request.user)
        for obj, _fields in formset.changed_objects:
            self.services.store(obj, by=request.user)
        for obj in formset.new_objects:
            self.services.store(obj, by=request.user)
        formset.save_m2m()

    def delete_model(self, request, obj):
        self.services.remove(obj, by=request.user)

    def delete_queryset(self, request, queryset):
        for obj in queryset:
            self.services.remove(obj, by=request.user)

    # A refusal of the services comes back on the form, with everything that was typed.

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", None)
        if refusal is None:
            return form

        class Refusing(form):
            def clean(self):
                super().clean()
                raise ValidationError(refusal)

        return Refusing

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (Refused, ValidationError) as error:
            request.refusal = _messages(error)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refused as error:
            return self._tell(request, error)

    def changelist_view(self, request, extra_context=None):
        try:
            return super().changelist_view(request, extra_context)
        except Refused as error:
            return self._tell(request, error)

    def _tell(self, request, error: Refused) -> HttpResponseRedirect:
        for message in _messages(error):
            self.message_user(request, message, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())


def _messages(error: Refused | ValidationError) -> list[str]:
    return (error.as_validation_error() if isinstance(error, Refused) else error).messages
