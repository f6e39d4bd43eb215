"""How a draft begins: a text that is pasted, taken from a file, or one that the registry has."""

from typing import Any

from django import forms
from django.utils.functional import cached_property, lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.forms.desk import DeskForm
from agreements.models import Source
from agreements.queries import quoted
from agreements.services import placing
from lib import extraction, noise, uploads
from lib.extraction import Extracted
from lib.problems import Refused
from lib.uploads import Unfit, Upload
from organizations.models.organization import SourceLanguage

LONGEST = 1_000_000
"""How many characters a text has at most."""


def _limits() -> str:
    return _(
        "%(types)s, at most %(most)d MB. The file itself is kept as it is; its text is read from it."
    ) % {
        "types": uploads.IN_WORDS,
        "most": uploads.LARGEST // 1024**2,
    }


class TextForm(DeskForm):
    """A text that is pasted, or taken from a file."""

    nothing_given = gettext_lazy("Paste the text, or choose a file.")

    def refuse(self, refusal: Refused) -> None:
        """What is wrong with the file stands at the file."""
        for fault in refusal.faults:
            self.add_error("file" if fault.pointer.startswith("/files") else None, fault.message)

    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=LONGEST,
        strip=False,
        help_text=gettext_lazy(
            "Paste the whole of it, headlines around it too: you set them aside in the next step."
        ),
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto"}),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        allow_empty_file=True,  # the service says what is wrong with it
        help_text=lazy(_limits, str)(),
        widget=forms.ClearableFileInput(attrs={"accept": uploads.ACCEPTED}),
    )

    @cached_property
    def read(self) -> Extracted:
        """What the file says; nothing where there is none."""
        file = self.cleaned_data.get("file")
        if not file:
            return Extracted()
        return extraction.extract(file, uploads.check(Upload(file, file.name)).type)

    def take_text(self, cleaned: dict[str, Any]) -> None:
        """Put the text into `cleaned`: what was pasted, else what the file says; a fault where there is none."""
        try:
            text = cleaned.get("text") or self.read.text
        except Unfit as unfit:
            self.add_error("file", str(unfit))
            return
        if "text" not in self.errors and not text.strip():
            file = cleaned.get("file")
            where, message = ("file", " ".join(self.read.warnings)) if file else ("text", "")
            if file and uploads.check(Upload(file, file.name)).type in uploads.PICTURES:
                where, message = "text", _("The file is a picture: type the words that stand in it here.")
            self.add_error(where, message or str(self.nothing_given))
        cleaned["text"] = text.replace("\r\n", "\n").replace("\x00", "")

    def given(self) -> list[Upload]:
        """The file that the text is from, to be kept as it is."""
        file = self.cleaned_data.get("file")
        return [Upload(file, file.name)] if file else []


class SourceForm(TextForm):
    """The text that the facts are taken from, and what sort of text it is."""

    nothing_given = gettext_lazy("Paste the text, choose a file, or choose a source of the registry.")
    source = forms.ModelChoiceField(
        label=gettext_lazy("A source of the registry"),
        required=False,
        queryset=Source.objects.none(),
        empty_label=gettext_lazy("none"),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the text"), choices=SourceLanguage, required=False
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind of text"), choices=Source.Kind, required=False)
    title = forms.CharField(
        label=gettext_lazy("Title, as printed"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    publisher = forms.CharField(
        label=gettext_lazy("Publisher"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    address = forms.URLField(
        label=gettext_lazy("Web address"), required=False, max_length=500, assume_scheme="https"
    )

    def __init__(self, *args, reader, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = Source.objects.visible_to(reader).order_by("-pk")
        self.fields["language"].choices = [("", _("choose …")), *SourceLanguage.choices]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        given = [name for name in ("text", "source") if cleaned.get(name)]
        if len(given) == 2:
            self.add_error("source", _("Choose one: a pasted text, or a source of the registry."))
        if "source" in given:
            return cleaned
        if not cleaned.get("language"):
            self.add_error("language", _("Say in which language the text is."))
        self.take_text(cleaned)
        return cleaned

    def content(self) -> dict[str, Any]:
        """The draft that begins with this text."""
        cleaned = self.cleaned_data
        if source := cleaned["source"]:
            return {"source_language": source.language, "sources": [quoted.whole_part(source)]}
        part = {"key": "source-1", "kind": cleaned["kind"] or "other", "language": cleaned["language"]}
        part |= {name: cleaned[name] for name in ("title", "publisher", "address") if cleaned[name]}
        aside = [
            {"key": placing.new_key("x"), "start": each.start, "end": each.end, "reason": each.reason}
            for each in noise.likely(cleaned["text"], cleaned["language"])
        ]
        part |= {"text": cleaned["text"], "noise": aside}
        return {"source_language": cleaned["language"], "sources": [part]}
