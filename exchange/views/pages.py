"""Files that come in and the registry that goes out: upload, what was found, what would happen, what happened."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exchange.exports import files
from exchange.forms import FileForm, MappingForm, ReadingForm
from exchange.imports import desk
from exchange.imports import undo as undoing
from exchange.models import Import, ImportRow, State
from exchange.queries.imports import readable, with_states
from exchange.shapes.tables import TABLES
from lib import keyset, languages
from lib.problems import Refused
from lib.uploads import Upload
from organizations.guards import requires
from organizations.permissions import Permission

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
SHOWN = 100
WORKING = {State.WAITING, State.CHECKING, State.APPLYING}


# Out.


@require_safe
@requires(Permission.REGISTER)
def registry_export(request: HttpRequest, format: str) -> HttpResponseBase:
    """All that the reader may read, as a file that can be imported."""
    if format not in FORMATS:
        raise Http404(_("There is no such file."))
    today = timezone.localdate()
    rows = files.rows(request.user, on=today)
    made = files.package(rows) if format == "zip" else files.workbook(rows, language=languages.current())
    return FileResponse(
        made,
        as_attachment=True,
        filename=f"registry-{today.isoformat()}.{format}",
        content_type=FORMATS[format],
        headers={"Cache-Control": "private, no-store"},
    )


@require_safe
@requires(Permission.REGISTER)
def import_template(request: HttpRequest, table: str) -> HttpResponse:
    if table not in TABLES:
        raise Http404(_("There is no such table."))
    return _csv(files.template(TABLES[table]), f"{table}.csv")


def _csv(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


# In.


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.REGISTER)
def import_list(request: HttpRequest) -> HttpResponse:
    """The imports so far, how it is done, and the form for a file."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            return redirect(desk.bring(Upload(file, file.name), by=request.user))
        except Refused as refusal:
            form.refuse(refusal)
    visible = Import.objects.visible_to(request.user).select_related("owner")
    try:
        page = keyset.page(visible, descending=True, size=20, cursor=request.GET.get("cursor", ""))
    except keyset.BadCursor as error:
        raise Http404(_("This page of the list is not there: begin at the start of the list.")) from error
    context = {
        "form": form,
        "page": page,
        "imports": with_states(page.rows),
        "tables": TABLES,
    }
    return render(request, "exchange/list.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.REGISTER)
def import_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One import, as far as it is; a POST says what its columns are and asks for a check."""
    imported = _own(request, pk)
    state = imported.state()
    if request.htmx and request.GET.get("look") == "progress":
        return _progress(request, imported, state)
    form = None
    if not imported.applied_at and state not in WORKING:
        form = MappingForm(imported, request.POST or None)
        if request.method == "POST" and (answer := _map(request, imported, form)):
            return answer
    context = _told(request, imported, state) | {"form": form}
    return render(request, "exchange/page.html", context, status=422 if request.method == "POST" else 200)


def _own(request: HttpRequest, pk: UUID) -> Import:
    return get_object_or_404(
        Import.objects.visible_to(request.user).select_related("owner", "applied_by"), pk=pk
    )


def _map(request: HttpRequest, imported: Import, form: MappingForm) -> HttpResponse | None:
    mode, unknown = request.POST.get("mode", ""), request.POST.get("unknown", "")
    try:
        if turned := form.turned():
            mode = mode if mode in Import.Mode.values else imported.mode
            desk.say(imported, imported.mapping | turned, mode=mode, unknown=unknown, by=request.user)
            return redirect(imported)
        if not form.is_valid():
            return None
        desk.say(imported, form.mapping(), mode=mode, unknown=unknown, by=request.user)
        desk.ask(imported, Import.Asked.CHECK, by=request.user)
    except Refused as refusal:
        form.refuse(refusal)
        return None
    return redirect(imported)


def _progress(request: HttpRequest, imported: Import, state: State) -> HttpResponse:
    """How far it is; once it has ended, the whole page is fetched anew."""
    answer = render(request, "exchange/progress.html", {"imported": imported, "state": state})
    if state not in WORKING:
        answer["HX-Refresh"] = "true"
    return answer


def _told(request: HttpRequest, imported: Import, state: State) -> dict:
    verdict = request.GET.get("verdict", "")
    rows = imported.rows.all()
    if verdict in ImportRow.Verdict.values:
        rows = rows.filter(verdict=verdict)
    try:
        page = keyset.page(rows, size=SHOWN, cursor=request.GET.get("cursor", ""))
    except keyset.BadCursor as error:
        raise Http404(_("This page of the list is not there: begin at the start of the list.")) from error
    refused = imported.counts.get("refused", 0)
    entering = sum(imported.counts.get(each, 0) for each in ("create", "change"))
    same = Import.objects.visible_to(request.user).filter(
        sha256=imported.sha256, applied_at__isnull=False, undone_at__isnull=True
    )
    return {
        "imported": imported,
        "state": state,
        "working": state in WORKING,
        "page": page,
        "rows": readable(page.rows, actor=request.user),
        "query": urlencode({"verdict": verdict}) if verdict else "",
        "verdict": verdict,
        "verdicts": [
            (value, label, imported.counts.get(value, 0)) for value, label in ImportRow.Verdict.choices
        ],
        "refused": refused,
        "may_apply": state == State.CHECKED
        and entering
        and (imported.mode == Import.Mode.VALID or not refused),
        "reading": None if imported.applied_at or not _is_one(imported) else ReadingForm(imported),
        "twin": same.exclude(pk=imported.pk).first(),
        "tables": TABLES,
    }


def _is_one(imported: Import) -> bool:
    return len(imported.found) == 1 and imported.found[0]["part"] not in TABLES


@require_POST
@requires(Permission.REGISTER)
def import_read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read the file by other choices."""
    imported = _own(request, pk)
    if not _is_one(imported):
        raise Http404(_("The tables of this file are read as they are."))
    form = ReadingForm(imported, request.POST)
    try:
        if form.is_valid():
            desk.read_otherwise(imported, form.options(), by=request.user)
        else:
            messages.error(request, _("Look at the choices again: one of them is none of these."))
    except Refused as refusal:
        for fault in refusal.faults:
            messages.error(request, fault.message)
    return redirect(imported)


@require_POST
@requires(Permission.REGISTER)
def import_ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have it checked again, or entered (`what`)."""
    imported = _own(request, pk)
    what = request.POST.get("what", "")
    if what not in Import.Asked.values:
        raise Http404(_("There is no such thing to do."))
    if what == Import.Asked.APPLY and imported.state() not in {State.CHECKED, State.STOPPED}:
        messages.error(request, _("Check what would happen first."))
        return redirect(imported)
    try:
        desk.ask(imported, what, by=request.user)
    except Refused as refusal:
        for fault in refusal.faults:
            messages.error(request, fault.message)
    return redirect(imported)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.REGISTER)
def import_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What taking it back would do, what stands in the way, and the button that does it."""
    imported = _own(request, pk)
    if not imported.applied_at or imported.undone_at:
        raise Http404(_("It is not entered: there is nothing to take back."))
    effects = list(imported.effects.select_related("imported").order_by("-id"))
    faults = undoing.barred(imported) or undoing.in_the_way(effects, by=request.user)
    if request.method == "POST":
        try:
            undoing.undo(imported, by=request.user)
        except Refused as refusal:
            faults = refusal.faults
        except PermissionDenied:
            messages.error(request, _("Whoever entered it takes it back, or an editor."))
            return redirect(imported)
        else:
            messages.success(request, _("The import is taken back: the registry reads as before."))
            return redirect(imported)
    context = {"imported": imported, "faults": faults, **undoing.counted(effects)}
    return render(request, "exchange/undo.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@requires(Permission.REGISTER)
def import_faults(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every fault with its line and column, as a CSV."""
    imported = _own(request, pk)
    refused = imported.rows.filter(verdict=ImportRow.Verdict.REFUSED).order_by("id")
    faults = (
        {
            "part": row.part or row.table,
            "line": row.line,
            "column": fault["column"],
            "header": fault["header"],
            "message": fault["message"],
            "hint": fault["hint"],
        }
        for row in readable(refused, actor=request.user)
        for fault in row.faults
    )
    return _csv(files.faults_file(faults), "faults.csv")
