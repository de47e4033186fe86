"""Settings of the platform: a workspace, a database, and what a deployment may set."""

import os
from pathlib import Path

import dj_database_url

from hetao.registers.workspace import disk_full_told
from hetao.web.oidc_settings import oidc_settings
from hetao.web.secret import secret_key

ROOT = Path(os.environ.get("HETAO_ROOT", "demo-city")).absolute()
"""The workspace of the city that is served."""

HTTPS = os.environ.get("HETAO_HTTPS", "") == "1"
DEBUG = False
with disk_full_told(ROOT):
    SECRET_KEY = os.environ.get("HETAO_SECRET_KEY") or secret_key(ROOT)
ALLOWED_HOSTS = os.environ.get("HETAO_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [
    f"{'https' if HTTPS else 'http'}://{host}" for host in ALLOWED_HOSTS if host != "*"
]
SITE_URL = CSRF_TRUSTED_ORIGINS[0] if "HETAO_HOSTS" in os.environ and CSRF_TRUSTED_ORIGINS else ""
"""What mails put before an address: the first host, where people reach the site under one."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "auditlog",
    "hetao.web.site",
    "hetao.web.accounts",
    "hetao.web.jobs",
    "hetao.web.cities",
    "hetao.web.checkups",
    "hetao.web.plans",
    "hetao.web.tasks",
    "hetao.web.api",
]

MIDDLEWARE = [
    "hetao.web.site.middleware.logged",
    "django.middleware.security.SecurityMiddleware",
    "hetao.web.site.middleware.guarded",
    "hetao.web.site.middleware.probed",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hetao.web.site.middleware.spoken",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hetao.web.site.middleware.told",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "hetao.web.urls"
WSGI_APPLICATION = "hetao.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "hetao.web.site.shell.shell",
            ],
            "builtins": ["hetao.web.site.templatetags.hetao"],
        },
    }
]

_SQLITE = f"sqlite:///{ROOT / 'hetao.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(os.environ.get("DATABASE_URL", _SQLITE))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        " PRAGMA busy_timeout=20000; PRAGMA cache_size=-65536;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 4)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "hetao.web.accounts.backends.PasswordBackend",
]
OIDC = oidc_settings(os.environ)
if OIDC:
    globals().update(OIDC)  # where the library looks for them
    AUTHENTICATION_BACKENDS.append("hetao.web.accounts.oidc.CityBackend")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "hetao.web.accounts.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 8 * 3600  # a working day
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "hetao.web.site.views.csrf_failed"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

ACCEL = os.environ.get("HETAO_ACCEL", "")
"""Where a server in front finds the workspace's files by itself (nginx: an `internal` location)."""

MEDIA_ROOT = ROOT / "platform" / "files"
UPLOAD_LIMIT_BYTES = 50_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

EMAIL_BACKEND = os.environ.get("HETAO_EMAIL", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = os.environ.get("HETAO_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("HETAO_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("HETAO_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("HETAO_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("HETAO_EMAIL_TLS", "") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("HETAO_EMAIL_FROM", "hetao@localhost")

AUDITLOG_INCLUDE_ALL_MODELS = False
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "hetao.web.site.logs.JsonLines"}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "loggers": {
        "hetao": {"handlers": ["lines"], "level": os.environ.get("HETAO_LOG", "INFO")},
        "django": {"handlers": ["lines"], "level": "WARNING", "propagate": False},
        "axes": {"handlers": ["lines"], "level": "WARNING", "propagate": False},
    },
}
