"""Suggestions while somebody types into a search box."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from agreements.queries.suggestions import suggestions
from organizations.guards import requires
from organizations.permissions import Permission


@require_safe
@requires(Permission.VIEW)
def suggested(request: HttpRequest) -> HttpResponse:
    """The options of a search box, with the sentence that is heard when they come; without a script, a page of them."""
    words = request.GET.get("q", "").replace("\x00", "")
    found = suggestions(words, actor=request.user)
    if not request.htmx:
        return render(request, "agreements/suggestions.html", {"words": words, "suggestions": found})
    box = request.htmx.target or "suggestions"
    answer = render(request, "parts/suggestions.html", {"box": box, "suggestions": found})
    said = ngettext("%(number)d suggestion", "%(number)d suggestions", len(found)) % {"number": len(found)}
    return trigger_client_event(answer, "suggested", {"said": said if found else _("No suggestion")})
