"""The one settings file. Every value that differs between installations is an environment variable.

``MILEPOST_ENV`` is ``development`` (the default) or ``production``; production refuses to start
with anything that is only safe on a laptop.
"""

import os
from pathlib import Path

from celery.schedules import crontab, schedule
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from roadmap_site import environment

BASE_DIR = Path(__file__).resolve().parent.parent
MILEPOST_HOME = Path(os.environ.get("MILEPOST_HOME") or BASE_DIR / "var").resolve()

PRODUCTION = environment.choice("MILEPOST_ENV", ("development", "production")) == "production"
DEBUG = environment.flag("MILEPOST_DEBUG", default=False)
LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", ".localhost"}
ALLOWED_HOSTS = environment.words("MILEPOST_HOSTS", default="localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("MILEPOST_ORIGINS")
LOCAL_ONLY = set(ALLOWED_HOSTS) <= LOCAL_HOSTS
# Links in mails that no request of a browser leads to.
_PORT = os.environ.get("MILEPOST_PORT") or os.environ.get("PORT") or "8000"
SITE_ADDRESS = environment.address(
    "MILEPOST_ADDRESS",
    default=f"https://{next(iter(ALLOWED_HOSTS), '')}"
    if PRODUCTION
    else f"http://localhost:{_PORT}",
)

SECRET_KEY = os.environ.get("MILEPOST_SECRET_KEY", "")
if len(SECRET_KEY) < 32:
    if PRODUCTION or not LOCAL_ONLY:
        raise ImproperlyConfigured(
            "MILEPOST_SECRET_KEY is not set or too short. Set it to at least 32 random characters "
            "and keep it secret: whoever knows it can log in as anyone."
        )
    SECRET_KEY = SECRET_KEY or "only-for-development-on-this-machine"
if DEBUG and not LOCAL_ONLY:
    raise ImproperlyConfigured(
        "MILEPOST_DEBUG shows internals to everyone who can reach the site. "
        "Unset it, or leave only localhost in MILEPOST_HOSTS."
    )
# Seeds of all generated data come from it: whoever knows it knows every answer.
DATA_SECRET = os.environ.get("MILEPOST_DATA_SECRET", "")
if PRODUCTION and len(DATA_SECRET) < 32:
    raise ImproperlyConfigured(
        "MILEPOST_DATA_SECRET is not set or too short. Set it to at least 32 random characters."
    )

INSTALLED_APPS = [
    "roadmap_site",  # for its commands
    "apps.accounts",
    "apps.curriculum",
    "apps.exercises",
    "apps.mentoring",
    "apps.progress",
    "apps.quizzes",
    "apps.submissions",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages, not static files; Django pads them at random, so that no secret shows in their length.
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.accounts.requests.redirect_the_whole_page",
    "apps.accounts.time_zones.activate_time_zone",
    "apps.accounts.second_factor.require_second_factor",
    "apps.submissions.uploads.limit_body",
]

ROOT_URLCONF = "roadmap_site.urls"
WSGI_APPLICATION = "roadmap_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.accounts.context.development_link",
                "roadmap_site.context.road",
                "apps.accounts.context.second_factor_advice",
                "roadmap_site.context.reviews",
                "roadmap_site.context.preview",
            ],
            "builtins": [
                "apps.accounts.templatetags.icons",
                "apps.accounts.templatetags.times",
            ],
        },
    },
]

# Data ------------------------------------------------------------------------------------------

DATABASES = {
    "default": environment.database(
        os.environ.get("DATABASE_URL", "postgresql://milepost@localhost/milepost"),
        pool_size=environment.number("MILEPOST_DATABASE_POOL", default=0),
    )
}
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# Uploaded repositories; served to nobody, read by the checks worker.
MEDIA_ROOT = MILEPOST_HOME / "uploads"
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o2750
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# What was rendered of the authored text, by the hash of everything that it depends on.
RENDER_CACHE = MILEPOST_HOME / "cache" / "rendered"

# People ----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"signup": "apps.accounts.forms.SignupForm"}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"own_data": "5/10m/user"}  # besides allauth's own
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# An authenticator app, passkeys (which also log in by themselves) and recovery codes.
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Milepost"
MFA_ADAPTER = "apps.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "apps.accounts.second_factor_forms.ActivateAppForm",
    "authenticate": "apps.accounts.second_factor_forms.LogInCodeForm",
    "reauthenticate": "apps.accounts.second_factor_forms.ConfirmCodeForm",
    "add_webauthn": "apps.accounts.second_factor_forms.AddPasskeyForm",
    "edit_webauthn": "apps.accounts.second_factor_forms.RenamePasskeyForm",
    "authenticate_webauthn": "apps.accounts.second_factor_forms.PasskeyForm",
    "login_webauthn": "apps.accounts.second_factor_forms.LogInPasskeyForm",
    "reauthenticate_webauthn": "apps.accounts.second_factor_forms.ConfirmPasskeyForm",
}
# Of mentors and staff, who see other people's work; else it is only recommended to them.
REQUIRE_SECOND_FACTOR = PRODUCTION
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
# Rate limits count per address of the client. Behind N proxies of the operator's own, that is the
# Nth X-Forwarded-For entry from the right; with none, the header is anyone's word and is ignored.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("MILEPOST_TRUSTED_PROXIES", default=0)
# See apps/accounts/development.py.
LOCAL_DEVELOPMENT = LOCAL_ONLY and not PRODUCTION
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"

SMTP = {
    "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "OPTIONS": {
        "host": os.environ.get("MILEPOST_EMAIL_HOST", "localhost"),
        "port": environment.number("MILEPOST_EMAIL_PORT", default=25),
        "username": os.environ.get("MILEPOST_EMAIL_USER", ""),
        "password": os.environ.get("MILEPOST_EMAIL_PASSWORD", ""),
        "use_tls": environment.flag("MILEPOST_EMAIL_TLS", default=False),
        "timeout": 10,
    },
}
MAILERS = {
    "default": SMTP if PRODUCTION else {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
}
DEFAULT_FROM_EMAIL = os.environ.get("MILEPOST_EMAIL_FROM", "Milepost <milepost@localhost>")

# Tasks -----------------------------------------------------------------------------------------

CELERY_BROKER_URL = environment.broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "apps.submissions.tasks.check_submission": {"queue": "checks"},
    "apps.exercises.tasks.run_code": {"queue": "code"},
}
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
# Above the longest job: the sweep brings a dead worker's job back, not the broker.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 4 * 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
}
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "apps.submissions.tasks.sweep",
        "schedule": schedule(10.0),
        "options": {"expires": 10},
    },
    "compare-missed": {
        "task": "apps.submissions.tasks.compare_missed",
        "schedule": crontab(minute=50),
        "options": {"expires": 3600},
    },
    "finish-exams": {
        "task": "apps.quizzes.tasks.finish_exams",
        "schedule": schedule(60.0),
        "options": {"expires": 60},
    },
    "count-answers": {
        "task": "apps.quizzes.tasks.count_answers",
        "schedule": crontab(minute=20),
        "options": {"expires": 3600},
    },
    "sweep-runs": {
        "task": "apps.exercises.tasks.sweep_runs",
        "schedule": schedule(10.0),
        "options": {"expires": 10},
    },
    "old-runs": {
        "task": "apps.exercises.tasks.remove_old_runs",
        "schedule": crontab(hour=3, minute=30),
        "options": {"expires": 3600},
    },
    "clear-sessions": {
        "task": "apps.accounts.tasks.clear_sessions",
        "schedule": crontab(hour=3, minute=40),
        "options": {"expires": 3600},
    },
    "notification-mails": {
        "task": "apps.accounts.tasks.send_notification_mails",
        "schedule": schedule(30.0),
        "options": {"expires": 30},
    },
    "old-notifications": {
        "task": "apps.accounts.tasks.remove_old_notifications",
        "schedule": crontab(hour=3, minute=20),
        "options": {"expires": 3600},
    },
}
# In memory: an early sweep does no harm, and a schedule file can be locked or damaged.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"

# Content ---------------------------------------------------------------------------------------

CONTENT_FOLDER = BASE_DIR / "fixtures"
# Text that is not published yet, such as an author's checkout; staff see it at /preview/.
PREVIEW_FOLDER = environment.folder("MILEPOST_PREVIEW_FOLDER")

# Checks ----------------------------------------------------------------------------------------

# Environments, caches and running jobs; hard links need it on one file system.
CHECKS_HOME = Path(os.environ.get("MILEPOST_CHECKS_HOME") or MILEPOST_HOME / "checks")
CHECKS_INDEX_URL = os.environ.get("MILEPOST_INDEX_URL", "https://pypi.org/simple")
CHECKS_INDEX_HOSTS = frozenset(
    environment.words("MILEPOST_INDEX_HOSTS", default="pypi.org,files.pythonhosted.org")
)
# Indexes and a folder of wheels that come before it, such as CPU builds of PyTorch.
CHECKS_EXTRA_INDEX_URLS = tuple(environment.words("MILEPOST_EXTRA_INDEX_URLS"))
CHECKS_FIND_LINKS = environment.folder("MILEPOST_FIND_LINKS")
# MiB on disk of all environments and caches; what was not used for longest goes first.
CHECKS_ENVIRONMENTS_MB = environment.number("MILEPOST_ENVIRONMENTS_MB", default=10_240)
# Networks that learners' git addresses may lie in although private (a company's own git server).
CHECKS_ALLOWED_NETWORKS = environment.networks("MILEPOST_ALLOWED_NETWORKS")
# file:// and http:// repositories: tests and single-person installations.
CHECKS_ALLOW_LOCAL = environment.flag("MILEPOST_ALLOW_LOCAL_REPOSITORIES", default=False)
if PRODUCTION and CHECKS_ALLOW_LOCAL:
    raise ImproperlyConfigured(
        "MILEPOST_ALLOW_LOCAL_REPOSITORIES lets learners read this machine's files. Unset it."
    )
CHECKS_CA_BUNDLE = os.environ.get("MILEPOST_CA_BUNDLE", "")
# A worker that is silent for so long has died, and its check starts again elsewhere.
CHECKS_LEASE_S = float(os.environ.get("MILEPOST_CHECKS_LEASE_S", "60"))
# A submission queued for so long is sent to the broker again.
CHECKS_RESEND_S = float(os.environ.get("MILEPOST_CHECKS_RESEND_S", "30"))

# Web -------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = MILEPOST_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
if PRODUCTION:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = environment.flag("MILEPOST_SSL_REDIRECT", default=True)
    if ALLAUTH_TRUSTED_PROXY_COUNT:  # else anyone could claim to have come by https
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("MILEPOST_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # Two lines for each task, the sweep's among them; the checks tell of themselves.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
