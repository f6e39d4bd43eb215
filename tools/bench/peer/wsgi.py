"""Where a WSGI server finds the peer."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "tools.bench.peer.settings"
application = get_wsgi_application()
