"""What is typed when a record changes after publication: which amendment or event, and by which document."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.forms.drafts import SourceForm
from agreements.models import Agreement, Amendment, LifecycleEvent, Source
from agreements.services import amending
from agreements.services.changing import Document
from agreements.services.placing import new_key
from lib import written
from lib.claims import Basis, DateClaim
from lib.problems import Refused

_IN_WORDS = gettext_lazy(
    "As the document writes it: 3 March 2026, mars 2026, 2026. Leave it blank if it is not stated."
)


def _line(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"dir": "auto", **attrs})


class WrittenField(forms.CharField):
    """A date as people write it; cleaned it is a DateClaim, refused it says what to write instead."""

    widget = forms.TextInput(attrs={"dir": "auto"})

    def clean(self, value: Any) -> DateClaim:
        typed = super().clean(value)
        try:
            return written.claim(typed)
        except written.Unclear as unclear:
            raise forms.ValidationError(str(unclear), code="unclear") from unclear


class ChangeForm(SourceForm):
    """The document that tells of the change: one of the agreement's sources, or a new text."""

    def __init__(self, *args, agreement: Agreement, reader, **kwargs):
        super().__init__(*args, reader=reader, **kwargs)
        self.agreement = agreement
        source = self.fields["source"]
        source.queryset = Source.objects.visible_to(reader).filter(
            pk__in=[each.source_id for each in agreement.source_links.all()]
        )
        source.label = _("A source of this agreement")
        source.empty_label = _("none of them: the text stands above")
        self.fields["text"].widget.attrs["rows"] = 8

    def refuse(self, refusal: Refused) -> None:
        """Put each fault at its field, or at the form as a whole."""
        for fault in refusal.faults:
            name = fault.pointer.split("/")[1] if fault.pointer else ""
            name = {"files": "file", "kind": "happened"}.get(name, name)
            self.add_error(name if name in self.fields else None, fault.message)

    def document(self) -> Document:
        """What was chosen, pasted or uploaded."""
        if source := self.cleaned_data["source"]:
            return Document(source=str(source.pk))
        (part,) = self.content()["sources"]
        return Document(new=part | {"key": new_key("source")}, given=self.given())

    def language(self) -> str:
        """That of the document, in which what it says is told."""
        source = self.cleaned_data["source"]
        return source.language if source else self.cleaned_data["language"]


class AmendmentForm(ChangeForm):
    """Which amendment it is."""

    number = forms.IntegerField(
        label=gettext_lazy("Number of the amendment"),
        min_value=1,
        max_value=32767,
        widget=forms.NumberInput(attrs={"dir": "ltr"}),
    )
    reference = forms.CharField(
        label=gettext_lazy("Reference, as the parties write it"),
        required=False,
        max_length=Amendment._meta.get_field("reference").max_length,
        widget=_line(),
    )
    signed = WrittenField(label=gettext_lazy("Signed"), required=False, help_text=_IN_WORDS)
    effective = WrittenField(
        label=gettext_lazy("In force from"),
        required=False,
        help_text=gettext_lazy("If it is not stated, the amendment counts from its signature."),
    )
    summary = forms.CharField(
        label=gettext_lazy("What it changes, in words"),
        required=False,
        help_text=gettext_lazy("In the language of the document."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args, agreement: Agreement, **kwargs):
        super().__init__(*args, agreement=agreement, **kwargs)
        self.fields["kind"].initial = Source.Kind.SIGNED_TEXT
        # The signed text of the agreement itself documents no amendment.
        amended = [each.document_id for each in agreement.amendments.all()]
        source = self.fields["source"]
        source.queryset = source.queryset.filter(~Q(kind=Source.Kind.SIGNED_TEXT) | Q(pk__in=amended))
        following = amending.number_after(agreement)
        self.fields["number"].initial = following
        self.fields["number"].help_text = _(
            "%(number)d is the next one: change it if the document has another."
        ) % {"number": following}

    def told(self) -> dict[str, Any]:
        """What the service asks for."""
        names = ("number", "reference", "signed", "effective", "summary")
        return {name: self.cleaned_data[name] for name in names} | {
            "language": self.language(),
            "document": self.document(),
        }


class EventForm(ChangeForm):
    """What happened, and of a renewal until when."""

    UNTIL, OPEN, UNKNOWN = "until", "open", "unknown"

    happened = forms.ChoiceField(
        label=gettext_lazy("What happened"), choices=LifecycleEvent.Kind, widget=forms.RadioSelect
    )
    occurred = WrittenField(label=gettext_lazy("When"), required=False, help_text=_IN_WORDS)
    term = forms.ChoiceField(
        label=gettext_lazy("Renewed until"),
        required=False,
        choices=[
            (UNTIL, gettext_lazy("the date under “New end”")),
            (OPEN, gettext_lazy("no end: the document says it is open-ended")),
            (UNKNOWN, gettext_lazy("the document does not say")),
        ],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Of a renewal only."),
    )
    ends = WrittenField(label=gettext_lazy("New end"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        help_text=gettext_lazy("In the language of the document."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    confirmed = forms.BooleanField(
        label=gettext_lazy("It is so: the sources of the registry are incomplete here"), required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["ends"] = self._end(cleaned)
        return cleaned

    def _end(self, cleaned: dict[str, Any]) -> DateClaim:
        end, term = cleaned.get("ends") or DateClaim(), cleaned.get("term")
        if cleaned.get("happened") != LifecycleEvent.Kind.RENEWAL:
            if end != DateClaim() and "happened" in cleaned:
                self.add_error("ends", _("Only a renewal states a new end."))
            return DateClaim()
        if "ends" in self.errors:
            return DateClaim()
        if term in (self.OPEN, self.UNKNOWN) and end != DateClaim():
            self.add_error("ends", _("Choose one: a new end, or that there is none."))
        elif term == self.OPEN:
            return DateClaim(basis=Basis.NONE)
        elif not term and end == DateClaim():
            self.add_error("term", _("Say until when it is renewed, or that the document does not say."))
        elif term == self.UNTIL and end == DateClaim():
            self.add_error("ends", _("Write the new end, or choose that the document does not say."))
        return end

    def told(self) -> dict[str, Any]:
        """What the service asks for."""
        names = ("occurred", "ends", "reason", "confirmed")
        return {name: self.cleaned_data[name] for name in names} | {
            "kind": self.cleaned_data["happened"],
            "language": self.language(),
            "document": self.document(),
        }
