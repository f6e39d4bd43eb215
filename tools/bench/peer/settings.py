"""The registry's tables behind the door that a new project has."""

from config.settings import *  # noqa: F403
from config.settings import BASE_DIR, DATABASES

MIDDLEWARE = [
    # What `startproject` gives, and the one that an app of the registry insists on.
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "tools.bench.peer.urls"
WSGI_APPLICATION = None
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c session_replication_role=replica"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "tools" / "bench" / "peer" / "templates"],
    }
]
