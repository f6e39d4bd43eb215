"""What is typed of activities and of progress. The services decide; a refusal comes back at its field."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from activities.models import Activity, ActivityKind, Fulfilment, Participation, ProgressView
from agreements.models import Agreement, TargetGroup
from lib import languages, uploads, written
from lib.claims import Basis, DateClaim
from lib.fields import FilesField
from lib.forms import RefusableForm
from organizations.models import Organization

AUTO = {"dir": "auto"}


class EvidenceField(FilesField):
    """Files that show what was done."""

    def __init__(self, **kwargs):
        super().__init__(
            label=_("Evidence files"),
            help_text=lazy(_limits, str)(),
            **kwargs,
        )


def _limits() -> str:
    return _(
        "%(types)s, %(most)d MB each. Blur the faces of children. "
        "Choose files last: a page that is drawn again does not keep them."
    ) % {"types": uploads.IN_WORDS, "most": uploads.LARGEST // 1024**2}


class OneWayField(forms.CharField):
    """Not optional, but there is another way to answer too: the form asks for one of them."""

    def validate(self, value) -> None:
        pass


def summary(*asked: forms.Form) -> list[tuple[str, str, str]]:
    """Every error with the control it belongs to: (id, label, message); id and label are blank for the whole."""
    found = []
    for form in asked:
        found += [("", "", message) for message in form.non_field_errors()]
        for name in form.fields:
            field = form[name]
            first = isinstance(field.field.widget, forms.CheckboxSelectMultiple | forms.RadioSelect)
            target = f"{field.auto_id}_0" if first else field.auto_id
            found += [(target, str(field.label), message) for message in field.errors]
    return found


def read_day(form: forms.Form, name: str) -> tuple[date, date] | None:
    """First and last day of what was typed in the field `name`; an unclear date is an error there."""
    typed = form.cleaned_data.get(name, "").strip()
    if not typed:
        return None
    try:
        return written.days(typed)
    except written.Unclear as unclear:
        form.add_error(name, str(unclear))
        return None


class ActivityForm(RefusableForm):
    """An activity as its organizers report it. `agreement` is the one that is chosen now, with its lanes."""

    POINTERS = {
        "titles": "title",
        "descriptions": "description",
        "counts_toward": "counts",
        "source_language": "language",
    }

    use_required_attribute = False

    agreement = forms.ChoiceField(label=_("Agreement"), required=False)
    counts = forms.MultipleChoiceField(
        label=_("Counts towards"), required=False, widget=forms.CheckboxSelectMultiple
    )
    organizers = forms.MultipleChoiceField(
        label=_("Held by"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one organization that held it.")},
    )
    title = forms.CharField(
        label=_("What happened, or will"), max_length=300, widget=forms.TextInput(attrs=AUTO)
    )
    language = forms.ChoiceField(label=_("Language of these words"), choices=[])
    kind = forms.ChoiceField(label=_("Kind"))
    status = forms.ChoiceField(label=_("Status"), widget=forms.RadioSelect, initial=Activity.Status.HELD)
    description = forms.CharField(
        label=_("More about it"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs=AUTO | {"rows": 3}),
    )
    day = OneWayField(
        label=_("When"),
        max_length=60,
        help_text=_("A day, a month or a year: 14 Nov 2026, 14/11/2026, 2026-11 or 2026."),
        widget=forms.TextInput(attrs=AUTO),
    )
    words = forms.CharField(
        label=_("The date in words"),
        required=False,
        max_length=300,
        help_text=_("As people say it: “the week before Ramadan”, “in spring”."),
        widget=forms.TextInput(attrs=AUTO),
    )
    first = forms.CharField(
        label=_("First possible day"), required=False, max_length=60, widget=forms.TextInput(attrs=AUTO)
    )
    last = forms.CharField(
        label=_("Last possible day"), required=False, max_length=60, widget=forms.TextInput(attrs=AUTO)
    )
    undated = forms.BooleanField(label=_("The date is not known"), required=False)
    place = forms.CharField(
        label=_("Where"), required=False, max_length=200, widget=forms.TextInput(attrs=AUTO)
    )
    evidence = EvidenceField()

    def __init__(
        self,
        *args,
        agreements: Iterable[Agreement],
        agreement: Agreement | None,
        organizers: Iterable[Organization],
        on: date,
        activity: Activity | None = None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.chosen, self.on, self.activity = agreement, on, activity
        self.fields["agreement"].choices = [
            ("", _("no agreement")),
            *((each.code, f"{each.code} · {each.title}") for each in agreements),
        ]
        self.fields["counts"].choices = [
            (str(each.pk), each.label) for each in (agreement.commitments.all() if agreement else ())
        ]
        self.fields["organizers"].choices = [(str(each.pk), str(each.label)) for each in organizers]
        self.fields["language"].choices = [
            ("en", _("English")),
            ("fr", _("French")),
            ("ar", _("Arabic")),
        ]
        self.fields["language"].initial = languages.current()
        self.fields["kind"].choices = [
            ("", _("choose")),
            *(
                (each.code, each.label)
                for each in ActivityKind.objects.order_by("position", "code")
                if not each.retired or (activity and activity.kind_id == each.code)
            ),
        ]
        self.fields["status"].choices = [
            (value, words)
            for value, words in Activity.Status.choices
            if value != Activity.Status.CANCELLED or (activity and activity.status == value)
        ]

        self.fields["agreement"].widget.attrs |= {
            "hx-post": "",
            "hx-trigger": "change",
            "hx-target": "#counts",
            "hx-select": "#counts",
            "hx-select-oob": "#held-by",
            "hx-swap": "outerHTML",
        }

    @property
    def commitments(self) -> list[dict[str, Any]]:
        """The commitments of the chosen agreement: each with `chosen`, and `extent` as it was told."""
        chosen = {str(each) for each in self["counts"].value() or ()}
        return [
            {
                "row": each,
                "chosen": str(each.pk) in chosen,
                "extent": self._extent(str(each.pk)),
            }
            for each in (self.chosen.commitments.all() if self.chosen else ())
        ]

    def _extent(self, key: str) -> str:
        """`part` unless the question «is it done with this?» was answered with yes."""
        told = (
            self.data.get(f"extent-{key}", "")
            if self.is_bound
            else self.initial.get("extents", {}).get(key, "")
        )
        return told if told in Fulfilment.Extent.values else Fulfilment.Extent.PART

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["held"] = self._held(cleaned)
        first = cleaned["held"] and cleaned["held"].earliest
        if cleaned.get("status") == Activity.Status.HELD and first and first > self.on:
            self.add_error(
                "words" if cleaned.get("words") else "day",
                _("This day is still to come: the activity is planned, not held."),
            )
        return cleaned

    def _held(self, cleaned) -> DateClaim | None:
        """The date as claimed; None when what was typed is no clear answer."""
        spread = any(cleaned.get(name) for name in ("words", "first", "last"))
        answers = [name for name, given in (("day", cleaned.get("day")), ("words", spread)) if given]
        if cleaned.get("undated"):
            if answers:
                self.add_error("undated", _("There is a date too: take away one or the other."))
                return None
            return DateClaim()
        if not answers:
            self.add_error("day", _("Say when, or choose “the date is not known”."))
            return None
        if len(answers) == 2:
            self.add_error("day", _("Give one date: here, or in words below."))
            return None
        if answers == ["day"]:
            days = read_day(self, "day")
            return DateClaim(cleaned["day"].strip(), *days, Basis.STATED) if days else None
        if not cleaned.get("words"):
            self.add_error("words", _("Give the words too: they say what the days rest on."))
            return None
        ends = [read_day(self, name) for name in ("first", "last")]
        if self.has_error("first") or self.has_error("last"):
            return None
        first, last = ends[0] and ends[0][0], ends[1] and ends[1][1]
        if first and last and first > last:
            self.add_error("last", _("The last day comes after the first."))
            return None
        basis = Basis.STATED if first or last else Basis.RELATIVE
        return DateClaim(cleaned["words"].strip(), first, last, basis)

    def document(self, reached: list[dict[str, Any]]) -> dict[str, Any]:
        """The ActivityShape of what was typed; words in other languages and notes of before are kept."""
        cleaned, old = self.cleaned_data, self.activity
        language = cleaned["language"]
        titles = (languages.texts(old, "title") if old else {}) | {language: cleaned["title"]}
        descriptions = languages.texts(old, "description") if old else {}
        descriptions.pop(language, None)
        if cleaned["description"].strip():
            descriptions[language] = cleaned["description"]
        notes = {str(each.commitment_id): each.note for each in old.fulfilments.all()} if old else {}
        counts = [(key, self._extent(key)) for key in cleaned["counts"]] + self.initial.get("elsewhere", [])
        claim = cleaned["held"].as_json()
        claim.pop("edtf")
        return {
            "source_language": old.source_language if old else language,
            "titles": titles,
            "descriptions": descriptions,
            "kind": cleaned["kind"],
            "status": cleaned["status"],
            "held": claim,
            "place": cleaned["place"],
            "organizers": [{"id": each} for each in cleaned["organizers"]],
            "counts_toward": [
                {"commitment": {"id": key}, "extent": extent, "note": notes.get(key, "")}
                for key, extent in counts
            ],
            "reached": reached,
        }


def as_typed(claim: DateClaim) -> dict[str, Any]:
    """What the fields of a date hold for `claim`: the inverse of `ActivityForm._held`."""
    if not claim.is_known and not claim.text:
        return {"undated": True}
    try:
        if written.days(claim.text) == (claim.earliest, claim.latest):
            return {"day": claim.text}
    except written.Unclear:
        pass
    first, last = (day.isoformat() if day else "" for day in (claim.earliest, claim.latest))
    return {"words": claim.text, "first": first, "last": last}


class ReachedForm(forms.Form):
    """How many were reached, of one group and sex. An empty row says nothing; 0 says nobody."""

    group = forms.ChoiceField(label=_("Group"), required=False)
    sex = forms.ChoiceField(
        label=_("Sex"), choices=Participation.Sex, initial=Participation.Sex.ALL, required=False
    )
    number = forms.IntegerField(
        label=_("People reached"),
        required=False,
        min_value=0,
        max_value=2_000_000_000,
        error_messages={"invalid": _("Enter a number, like 120")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "dir": "ltr"}),
    )

    def __init__(self, *args, groups: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", _("not told apart")), *groups]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("group") and cleaned.get("number") is None and not self.has_error("number"):
            self.add_error("number", _("Enter a number, like 120"))
        return cleaned


class _ReachedSet(forms.BaseFormSet):
    def clean(self) -> None:
        seen = set()
        for form in self.forms:
            cleaned = getattr(form, "cleaned_data", {})
            if cleaned.get("number") is None:
                continue
            key = (cleaned["group"], cleaned["sex"] or Participation.Sex.ALL)
            if key in seen:
                form.add_error("number", _("This group is already counted."))
            seen.add(key)

    def rows(self) -> list[dict[str, Any]]:
        """The members `reached` of the document. Of valid forms."""
        return [
            {
                "target_group": form.cleaned_data["group"] or None,
                "sex": form.cleaned_data["sex"] or Participation.Sex.ALL,
                "number": form.cleaned_data["number"],
            }
            for form in self.forms
            if form.cleaned_data.get("number") is not None
        ]


ReachedSet = forms.formset_factory(ReachedForm, _ReachedSet, extra=2, max_num=60, absolute_max=60)


def groups() -> list[tuple[str, str]]:
    """The target groups to choose from: one query."""
    return [(each.code, each.label) for each in TargetGroup.objects.order_by("position", "code")]


class WithdrawForm(RefusableForm):
    """Why an activity is cancelled; on the day of the report it may stay empty."""

    reason = forms.CharField(
        label=_("Why"), required=False, max_length=2000, widget=forms.TextInput(attrs=AUTO)
    )


class WordForm(RefusableForm):
    """What the reader's own organization says of a commitment."""

    verdict = forms.ChoiceField(
        label=_("How far is it?"),
        choices=ProgressView.Verdict,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    said_on = forms.CharField(
        label=_("Said on"),
        max_length=60,
        help_text=_("One day: 14 Nov 2026, 14/11/2026 or 2026-11-14."),
        widget=forms.TextInput(attrs=AUTO),
    )
    note = forms.CharField(
        label=_("In a sentence or two"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs=AUTO | {"rows": 3}),
    )
    evidence = EvidenceField()

    def __init__(self, *args, on: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on
        self.fields["said_on"].initial = on.isoformat()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if days := read_day(self, "said_on"):
            if days[0] != days[1]:
                self.add_error("said_on", _("Give one day, with its month and year."))
            elif days[0] > self.on:
                self.add_error("said_on", _("This day is still to come."))
            else:
                cleaned["said_on"] = days[0]
        return cleaned
