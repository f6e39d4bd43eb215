"""The files behind sources: one to keep, and the door they come in by."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from agreements.forms.files import SourceFilesForm
from agreements.models import Source, SourceFile
from agreements.services import files
from agreements.views import sources
from lib import downloads
from lib.problems import Refused
from organizations.guards import requires
from organizations.permissions import Permission


@require_safe
@requires(Permission.VIEW)
def source_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    row = get_object_or_404(SourceFile.objects.visible_to(request.user), pk=pk)
    return downloads.serve(request, row, public=not request.user.is_authenticated)


@require_POST
@requires(Permission.EDIT)
def source_file_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    source = get_object_or_404(Source.objects.visible_to(request.user), pk=pk)
    form = SourceFilesForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            kept = files.attach(source, *form.cleaned_data["files"], by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            told = ngettext("%(count)d file is kept.", "%(count)d files are kept.", len(kept))
            messages.success(request, told % {"count": len(kept)})
            return redirect(f"{source.get_absolute_url()}#files")
    return render(request, "agreements/source.html", sources.source_context(request, pk, form), status=422)
