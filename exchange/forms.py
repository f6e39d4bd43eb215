"""What is asked about an import: the file, how it is read, what its columns are, and what happens to refused rows."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from exchange.models import Import
from exchange.shapes import headers
from exchange.shapes.columns import TEXT
from exchange.shapes.tables import TABLES, Table
from lib.forms import RefusableForm
from lib.tables import encodings
from lib.tables.delimited import DELIMITERS

CONSTANTS = {
    "agreements": ("source_language", "kind", "currency"),
    "organizations": ("source_language", "kind", "country"),
    "activities": ("source_language", "kind", "status"),
}
"""What may be said for all rows, where no column says it."""


class FileForm(RefusableForm):
    """The file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, TSV or XLSX, or the ZIP that the registry exports; 20 MB and 20,000 rows at most."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.zip"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )


class ReadingForm(RefusableForm):
    """How the file is read, where that was not found right."""

    encoding = forms.ChoiceField(label=_("Encoding"), required=False)
    delimiter = forms.ChoiceField(label=_("Delimiter"), required=False)
    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    first = forms.IntegerField(label=_("First row of the header"), required=False, min_value=0)
    last = forms.IntegerField(label=_("Last row of the header"), required=False, min_value=0)
    overflow = forms.IntegerField(
        label=_("Number of the column that holds the delimiter without quotation marks"),
        required=False,
        min_value=1,
    )

    def __init__(self, imported: Import, *args, **kwargs):
        self.part = imported.found[0]
        options = imported.options
        self.chosen = options.get("header")
        initial = {
            "encoding": options.get("encoding", ""),
            "delimiter": options.get("delimiter", ""),
            "sheet": options.get("sheet", ""),
            "first": self.part["header"][0],
            "last": self.part["header"][1],
            "overflow": options.get("overflow"),
        }
        super().__init__(*args, initial=initial, **kwargs)
        if self.part["format"] == "xlsx":
            for name in ("encoding", "delimiter", "overflow"):
                del self.fields[name]
            self.fields["sheet"].choices = [
                ("", _("as found")),
                *((each, each) for each in self.part["sheets"]),
            ]
        else:
            del self.fields["sheet"]
            self.fields["encoding"].choices = [("", _("as found")), *encodings.KNOWN.items()]
            self.fields["delimiter"].choices = [("", _("as found")), *DELIMITERS.items()]

    def options(self) -> dict[str, Any]:
        """The choices as `imports/reading.py` takes them."""
        told = dict(self.cleaned_data)
        first, last = told.pop("first", None), told.pop("last", None)
        header = None if first is None else [first, first if last is None else max(first, last)]
        # A header that is left as it was found is found anew; one that was chosen before stays chosen.
        is_chosen = header and (header != self.part["header"] or header == self.chosen)
        return told | ({"header": header} if is_chosen else {})


class MappingForm(RefusableForm):
    """What the tables and columns of the file are. Parts that are called as our own tables are not asked about."""

    mode = forms.ChoiceField(label=_("If rows are refused"), choices=Import.Mode, widget=forms.RadioSelect)
    unknown = forms.ChoiceField(
        label=_("Organizations that nobody knows"),
        choices=[("refuse", _("refuse their row")), ("enter", _("enter them as new ones"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, imported: Import, *args, **kwargs):
        self.imported = imported
        unknown = imported.options.get("unknown", "refuse")
        super().__init__(*args, initial={"mode": imported.mode, "unknown": unknown}, **kwargs)
        for index, part in self._asked():
            said = imported.mapping[part["part"]]
            table = TABLES[said["table"]]
            self.fields[f"t{index}"] = forms.ChoiceField(
                label=_("What one row is"),
                choices=[(name, each.title) for name, each in TABLES.items()],
                initial=said["table"],
            )
            choices = [("", _("not imported")), *((each.name, each.words) for each in table.columns)]
            for number, letter, name in part["columns"]:
                self.fields[f"c{index}_{number}"] = forms.ChoiceField(
                    label=f"{letter} {name}",
                    choices=choices,
                    required=False,
                    initial=said["columns"].get(str(number), ""),
                    widget=forms.Select(attrs={"aria-label": f"{letter} {name}", "class": "sel"}),
                )
            for name in CONSTANTS.get(table.name, ()):
                column = table.column(name)
                self.fields[f"k{index}_{name}"] = forms.CharField(
                    label=column.words,
                    required=False,
                    max_length=60,
                    initial=said.get("constants", {}).get(name, ""),
                    help_text="" if column.codec is TEXT else column.codec.words,
                )

    def _asked(self) -> list[tuple[int, Mapping[str, Any]]]:
        return [(index, each) for index, each in enumerate(self.imported.found) if each["part"] not in TABLES]

    @cached_property
    def parts(self) -> list[dict[str, Any]]:
        """What the page draws for each part that is asked about: its fields, beside the first rows."""
        found = []
        for index, part in self._asked():
            columns = [
                {
                    "letter": letter,
                    "name": name,
                    "computed": headers.is_computed(name),
                    "sample": [row[number - 1] for _line, row in part["sample"][:3] if row[number - 1]],
                    "field": self[f"c{index}_{number}"],
                }
                for number, letter, name in part["columns"]
            ]
            constants = [self[name] for name in self.fields if name.startswith(f"k{index}_")]
            found.append(
                {"told": part, "table": self[f"t{index}"], "columns": columns, "constants": constants}
            )
        return found

    @cached_property
    def own(self) -> list[tuple[Mapping[str, Any], Table]]:
        """The parts that are called as our own tables."""
        return [(each, TABLES[each["part"]]) for each in self.imported.found if each["part"] in TABLES]

    def turned(self) -> dict[str, dict[str, Any]]:
        """The mapping where another table was chosen for a part: its columns are guessed anew. Empty where none was."""
        found = {}
        for index, part in self._asked():
            name = self.data.get(f"t{index}", "")
            if name in TABLES and name != self.imported.mapping[part["part"]]["table"]:
                guessed = headers.columns([each[2] for each in part["columns"]], TABLES[name])
                found[part["part"]] = {
                    "table": name,
                    "columns": {
                        str(each[0]): guessed.get(place, "") for place, each in enumerate(part["columns"])
                    },
                    "constants": {},
                }
        return found

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        for index, part in self._asked():
            taken: dict[str, str] = {}
            for number, letter, _name in part["columns"]:
                field = f"c{index}_{number}"
                chosen = told.get(field, "")
                if chosen and chosen in taken:
                    self.add_error(field, _("Column %(letter)s is this already.") % {"letter": taken[chosen]})
                taken.setdefault(chosen, letter)
        return told

    def mapping(self) -> dict[str, dict[str, Any]]:
        told = dict(self.imported.mapping)
        for index, part in self._asked():
            told[part["part"]] = {
                "table": self.cleaned_data[f"t{index}"],
                "columns": {
                    str(number): self.cleaned_data[f"c{index}_{number}"]
                    for number, _letter, _name in part["columns"]
                },
                "constants": {
                    name.removeprefix(f"k{index}_"): value.strip()
                    for name, value in self.cleaned_data.items()
                    if name.startswith(f"k{index}_") and value.strip()
                },
            }
        return told
