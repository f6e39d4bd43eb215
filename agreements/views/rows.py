"""The rows of the list as HTML, cell by cell: a template takes ten times as long, and a page has up to a hundred.

Every text goes through `escape`, which leaves only what is marked as safe as it is.
"""

from collections.abc import Callable, Collection
from functools import cache

from django.template.defaultfilters import capfirst
from django.utils.html import conditional_escape as escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from agreements.models import Agreement
from agreements.models.lifecycle import LegalState
from agreements.queries.lines import Line
from agreements.queries.listing import Next
from agreements.queries.progress import Progress
from lib import languages
from lib.claims import Answer, DateClaim
from lib.templatetags import mithaq, registry

icon = cache(mithaq.icon)
_PARTS = {"A": "a", "B": "b", "C": "c", "D": "d"}
_STATES = {
    LegalState.IN_FORCE: ("ok", "circle-check"),
    LegalState.ENDED: ("non", "circle-dashed"),
    LegalState.SUSPENDED: ("late", "triangle-alert"),
    LegalState.NOT_YET_IN_FORCE: ("wip", "pen-line"),
}
_NOTED = {LegalState.ENDED, LegalState.SUSPENDED}
"""The states that are told beside the end where no column tells them."""


def rows(lines: list[Line], columns: Collection[str]) -> SafeString:
    """The rows of the table, with the cells of these columns, in the order in which `COLUMNS` has them."""
    cells = [(name, cell) for name, cell in _CELLS.items() if name in columns]
    return mark_safe("".join(_row(each, cells, columns) for each in lines))  # noqa: S308  escaped piece by piece


def _row(line: Line, cells: list, columns: Collection[str]) -> str:
    agreement = line.agreement
    code = escape(agreement.code)
    select = escape(_("Select %(code)s") % {"code": agreement.code})
    told = "".join(cell(line, columns) for _name, cell in cells)
    return (
        f'<tr>\n<td class="choose"><label><span class="vh">{select}</span>'
        f'<input class="cb" type="checkbox" name="only" value="{code}" form="bulk"></label></td>\n'
        f'<th scope="row">{_title(line, code)}</th>\n{told}</tr>\n'
    )


def _title(line: Line, code: str) -> str:
    agreement = line.agreement
    address = escape(agreement.get_absolute_url())
    title = escape(registry.marked(languages.spoken(agreement, "title")))
    tags = [f'<span class="tag">{escape(capfirst(str(agreement.kind)))}</span>']
    if agreement.amended:
        words = ngettext("amended once", "amended %(number)s times", agreement.amended)
        words = escape(words % {"number": agreement.amended})
        tags.append(f'<a class="tag" href="{address}#since">{words}</a>')
    if agreement.editorial_state != Agreement.EditorialState.PUBLISHED:
        state = escape(capfirst(agreement.get_editorial_state_display()))
        tags.append(f'<span class="st due">{icon("pencil")}{state}</span>')
    if agreement.confidentiality != Agreement.Confidentiality.PUBLIC:
        kept = escape(capfirst(agreement.get_confidentiality_display()))
        tags.append(f'<span class="st non">{icon("lock")}{kept}</span>')
    return (
        f'<div class="agr"><a class="ttl" href="{address}">{title}</a><span class="row xs muted">'
        f'<span class="num"><bdi dir="ltr">{code}</bdi></span>{"".join(tags)}</span>'
        f"{_reasons(line, address)}</div>"
    )


def _reasons(line: Line, address: str) -> str:
    if not line.reasons:
        return ""
    told = []
    for each in line.reasons:
        anchor = f"#{escape(each.anchor)}" if each.anchor else ""
        pieces = "".join(
            f"<mark>{escape(text)}</mark>" if is_marked else escape(text) for text, is_marked in each.pieces
        )
        told.append(
            f'<li><a href="{address}{anchor}"><span class="muted">{escape(each.label)}</span></a>'
            f' <bdi lang="{escape(each.language)}" dir="{languages.direction(each.language)}">{pieces}</bdi></li>'
        )
    return f'<ul class="why">{"".join(told)}</ul>'


# The cells, each under its column's head, which narrow pages repeat before it.


def _cell(head: str, told: str) -> str:
    return f'<td data-l="{escape(head)}">{told}</td>\n'


def _parties(line: Line, columns: Collection[str]) -> str:
    told = "".join(
        f'<span class="party"><span class="pm {_PARTS.get(letter, "x")}" aria-hidden="true">{escape(letter)}</span>'
        f'<span><bdi lang="{escape(name.language)}">{escape(name.value)}</bdi></span></span>'
        for letter, name in line.parties
    )
    return _cell(_("Parties"), f'<div class="pp">{told}</div>')


def _commitments(line: Line, columns: Collection[str]) -> str:
    if line.commitments:
        done = f"{line.tally[Progress.FULFILLED]} / {line.commitments}"
        told = (
            f"{_bar(tuple(line.tally.items()))}"
            f'<span class="xs"><span class="num"><bdi>{done}</bdi></span> {escape(_("fulfilled"))}</span>'
        )
    else:
        told = '<span class="num">0</span>'
    if line.sides:
        words = " · ".join(escape(_gives(letters, count)) for letters, count in line.sides)
        told += f'<span class="xs muted">{words}</span>'
    return _cell(_("Commitments"), f'<div class="cells">{told}</div>')


def _gives(letters: str, count: int) -> str:
    if letters == "J":
        return _("joint %(count)s") % {"count": count}
    return _("%(letters)s gives %(count)s") % {"letters": letters, "count": count}


@cache
def _bar(tally: tuple[tuple[Progress, int], ...]) -> SafeString:
    return registry.bar(dict(tally), sum(count for _state, count in tally))


def _next(line: Line, columns: Collection[str]) -> str:
    head = pgettext("column", "Next")
    if line.next is None:
        return _cell(head, f'<span class="not">{escape(_("No date"))}</span>')
    shown = {"late": "late", "due": "due"}.get(line.next.state, "non")
    drawing, words = _what_comes(line.next)
    of = f"<bdi>{escape(line.next.label)}</bdi> · " if line.next.label else ""
    return _cell(
        head,
        f'<span class="cells"><span class="st {shown}">{icon(drawing)}{escape(words)}</span>'
        f'<span class="xs muted num nowrap">{of}<bdi>{escape(registry.day(line.next.day))}</bdi></span></span>',
    )


def _what_comes(coming: Next) -> tuple[str, str]:
    if coming.is_ours:
        return ("bell-ring", _("Follow-up passed")) if coming.state == "late" else ("bell", _("Follow up"))
    if coming.state == "late":
        return "triangle-alert", _("Overdue")
    return "clock", _("Due soon") if coming.state == "due" else _("Due")


def _state(line: Line, columns: Collection[str]) -> str:
    style, drawing = _STATES.get(line.state, ("brand", "pen-line"))
    words = escape(capfirst(line.state.label))
    return _cell(_("State"), f'<span class="st {style}">{icon(drawing)}{words}</span>')


def _date(claim: DateClaim) -> str:
    missing = "not " if registry.is_missing(claim) else ""
    return f'<span class="{missing}dcol">{escape(registry.when(claim))}</span>'


_ANSWERS = {
    Answer.CERTAIN: lambda: pgettext("date", "certainly"),
    Answer.POSSIBLE: lambda: pgettext("date", "possibly"),
    Answer.UNKNOWN: lambda: pgettext("date", "unknown"),
}


def _signed(line: Line, columns: Collection[str]) -> str:
    told = _date(line.agreement.signed)
    if answer := getattr(line.agreement, "signed_answer", None):
        told += f'<span class="xs muted">{escape(_ANSWERS[answer]())}</span>'
    return _cell(pgettext("column", "Signed"), f'<span class="cells">{told}</span>')


def _effective(line: Line, columns: Collection[str]) -> str:
    return _cell(_("In force from"), _date(line.agreement.effective))


def _ends(line: Line, columns: Collection[str]) -> str:
    told = _date(line.agreement.ends)
    if "state" not in columns and line.state in _NOTED:
        told += f'<span class="xs muted">{escape(line.state.label)}</span>'
    return _cell(_("Ends"), f'<span class="cells">{told}</span>')


def _programme(line: Line, columns: Collection[str]) -> str:
    programme = line.agreement.programme
    if programme is None:
        return _cell(_("Programme"), f'<span class="not">{escape(_("None stated"))}</span>')
    return _cell(_("Programme"), escape(registry.marked(languages.spoken(programme, "name"))))


def _groups(line: Line, columns: Collection[str]) -> str:
    told = " · ".join(escape(registry.marked(each)) for each in line.groups)
    return _cell(_("Who benefits"), told or f'<span class="not">{escape(_("Not stated"))}</span>')


def _questions(line: Line, columns: Collection[str]) -> str:
    return _cell(_("Open questions"), f'<span class="num">{line.open_questions}</span>')


def _source_language(line: Line, columns: Collection[str]) -> str:
    return _cell(_("Language of the source"), escape(line.agreement.get_source_language_display()))


_CELLS: dict[str, Callable[[Line, Collection[str]], str]] = {
    "parties": _parties,
    "commitments": _commitments,
    "next": _next,
    "state": _state,
    "signed": _signed,
    "effective": _effective,
    "ends": _ends,
    "programme": _programme,
    "groups": _groups,
    "questions": _questions,
    "source_language": _source_language,
}
