"""Records that have pages: whoever asks the API for HTML, as browsers do first, is led there."""

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from rest_framework.exceptions import NotFound

from lib import addresses, languages
from lib.endpoints import strict_parameters


class OnPages:
    """Put before `Endpoint`. `formats` names `pages` for the list, where it has one, and `page` for one record."""

    list_page = ""
    """The name of the page that has the same list, with the same filters."""
    record_page = ""
    """The name of the page of one record by its key, where the record does not tell its own address."""

    def pages(self, request, *args, **kwargs) -> HttpResponse:
        strict_parameters(request, self.filter_names | {"order"})
        query = request.query_params.copy()
        for name in ("format", "language"):
            query.pop(name, None)
        return _see(self.list_address(query.urlencode()))

    def page(self, request, *args, **kwargs) -> HttpResponse:
        strict_parameters(request, frozenset())
        try:
            row = self.one(self.get_queryset())
        except NotFound:
            return self.retrieve(request, *args, **kwargs)  # it may be gone, or another have taken its place
        if self.record_page:
            return _see(f"{settings.PUBLIC_URL}{reverse(self.record_page, args=[row.pk])}")
        return _see(addresses.page(row, languages.current()))

    def list_address(self, query: str) -> str:
        """The address of the page of the list, in the language of the request."""
        return f"{settings.PUBLIC_URL}{reverse(self.list_page)}{f'?{query}' if query else ''}"


def _see(address: str) -> HttpResponse:
    answer = HttpResponse(status=303)
    answer["Location"] = address
    return answer
