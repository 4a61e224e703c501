"""All settings, read from the environment. `.env.example` lists every variable; `.env` in the project folder is read too.

LIANCHOU_ENV=demo (the default) runs on one machine with nothing but Python: SQLite, a folder as the queue.
LIANCHOU_ENV=production wants everything spelled out and refuses to start otherwise (config/production.py).
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF
from kombu import Exchange, Queue
from whitenoise.compress import Compressor

from config.cache import REDIS_OPTIONS
from config.environment import BASE_DIR, PRODUCTION, env, text
from config.keeping import *  # noqa: F403  # backups, how long the record is kept
from config.keeping import UPKEEP_SCHEDULE
from config.production import refuse_weak_settings
from config.signing_in import *  # noqa: F403  # lockout, second factor, single sign-on, passwords
from config.watching.settings import *  # noqa: F403  # logs, metrics, errors told elsewhere

django_stubs_ext.monkeypatch()  # lets ModelForm[User] and the like be written where Django itself does not yet

DEMO = env.bool("DEMO", default=False)
"""The sign-in page lists the demo accounts; `make run` sets it, and production refuses it."""

WEB_PROCESSES = env.int("WEB_PROCESSES", default=2)
WEB_THREADS = env.int("WEB_THREADS", default=4)
"""Of each of them (config/web_server.py)."""

DEMO_SECRET_KEY = "demo-only-never-in-production"  # noqa: S105
SECRET_KEY = text("SECRET_KEY", DEMO_SECRET_KEY)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = text("PUBLIC_URL").rstrip("/")
PRINT_PROCESSES = env.int("PRINT_PROCESSES", default=2)
"""Processes in which one job prints a large merged PDF."""
"""Where the public reaches this site; printed as QR codes. Empty: pages use the address they were asked under."""

# Everything that the running system writes: database, uploads and results, queue, cache, front-end packages.
DATA_DIR = Path(text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
MEDIA_ROOT = DATA_DIR / "media"
VENDOR_DIR = Path(text("VENDOR_DIR", str(BASE_DIR / "var" / "static")))
LOG_ANCHOR_FILE = Path(text("LOG_ANCHOR_FILE", str(DATA_DIR / "anchors" / "log-heads.txt")))
"""The heads of the public log, kept outside the database: a restored backup is older than they are."""

INSTALLED_APPS = [
    "config.apps.ProjectConfig",
    "config.watching.apps.WatchingConfig",
    "publications",
    "reports",
    "selftest",
    "visits",
    "campaigns",
    "inspectors",
    "institutions",
    "jobs",
    "accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "django_tables2",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "lucide",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "config.watching.requests.RequestLog",
    "config.watching.metrics.CountRequests",
    "config.host_clock.RefuseWithWrongClock",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.working_days.CalendarOfRequest",
    "accounts.middleware.IdleTimeout",
    "accounts.access.AccessTableMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ACCESS_TABLE = "config.access"
FORM_RENDERER = "config.forms_renderer.FormsRenderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.navigation.navigation",
            ],
        },
    },
]

# Database. SQLite as measured under contention: writers queue up for the lock instead of failing, and a commit
# is on the disk before the page says so. An explicit "BEGIN IMMEDIATE" is what makes atomic() wait its turn.
SQLITE_OPTIONS: dict[str, Any] = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA recursive_triggers=ON; PRAGMA temp_store=MEMORY;"
    ),
}
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url_config(text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}"))
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {"OPTIONS": SQLITE_OPTIONS}
else:
    # A database that is away is told to the person within seconds, and found again within seconds (config/watching).
    patience = {"timeout": 3, "reconnect_timeout": 5}
    pool = {"min_size": 1, "max_size": 16, **patience} if env.bool("DATABASE_POOL", default=True) else False
    keepalives = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    DATABASES["default"] |= {
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": pool, "connect_timeout": 3, **keepalives},
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache
REDIS_URL = text("REDIS_URL")
if REDIS_URL:
    CACHES: dict[str, Any] = {
        "default": {"BACKEND": "config.cache.ForgivingRedisCache", "LOCATION": REDIS_URL, "OPTIONS": REDIS_OPTIONS}
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "config.cache.ForgivingFileCache",
            "LOCATION": str(DATA_DIR / "cache"),
        }
    }

SITE_KEPT_SECONDS = env.int("SITE_KEPT_SECONDS", default=60)
"""How long answers of the public site are kept (publications/site/keeping.py); 0 keeps none."""

CLOCK_TOLERANCE_SECONDS = env.int("CLOCK_TOLERANCE_SECONDS", default=60)
"""A host whose clock differs more than this from PostgreSQL's does no business (config/host_clock.py); 0 asks nobody."""

# Queue. A message carries the id of a job only; the job row with its lease is what makes work happen exactly once.
JOB_TIME_LIMIT_SECONDS = 7320
"""No kind of job may take longer (jobs.kinds.handles says how long each may)."""
JOB_MEMORY_MEGABYTES = env.int("JOB_MEMORY_MEGABYTES", default=4096)
JOB_RETENTION_DAYS = env.int("JOB_RETENTION_DAYS", default=200)
JOB_QUEUES = ("draws", "documents", "mail", "celery")
"""A worker started without -Q takes from all of them. `celery` is the clock's short work, so that long jobs of the
other queues never keep the sweeper waiting where each has a worker of its own (jobs.models.JobQueue)."""
CELERY_BROKER_URL = text("CELERY_BROKER_URL", "filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem"):
    QUEUE_DIR = DATA_DIR / "queue"
    for folder in ("messages", "done", "control"):
        (QUEUE_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "processed_folder": str(QUEUE_DIR / "done"),
        "control_folder": str(QUEUE_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.05,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 3 * JOB_TIME_LIMIT_SECONDS,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    }
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in JOB_QUEUES]
CELERY_TASK_ROUTES = {
    "campaigns.tasks.tell_head": {"queue": "mail"},
    "jobs.tasks.drop_old_files": {"queue": "documents"},
    "jobs.tasks.drop_old_jobs": {"queue": "documents"},
    "selftest.tasks.remind": {"queue": "mail"},
    "visits.tasks.escalate_overdue": {"queue": "mail"},
    "visits.tasks.remind_of_rectifications": {"queue": "mail"},
    "reports.tasks.remind_of_duties": {"queue": "mail"},
}
"""What speaks with other servers or people, or takes long. Jobs are routed by their kind (jobs.kinds.handles)."""
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULER = "config.watching.pulse:Scheduler"
CELERY_IMPORTS = ["config.watching.pulse"]
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep jobs": {"task": "jobs.tasks.sweep", "schedule": timedelta(seconds=5)},
    "mind the clock": {"task": "campaigns.tasks.mind_the_clock", "schedule": timedelta(minutes=1)},
    "tell the head of the log": {"task": "campaigns.tasks.tell_head", "schedule": timedelta(minutes=1)},
    "count self-checks": {"task": "selftest.tasks.count_progress", "schedule": timedelta(minutes=1)},
    "remind of self-checks": {"task": "selftest.tasks.remind", "schedule": timedelta(minutes=10)},
    "escalate rectifications": {"task": "visits.tasks.escalate_overdue", "schedule": timedelta(hours=1)},
    "remind of rectifications": {"task": "visits.tasks.remind_of_rectifications", "schedule": timedelta(minutes=10)},
    "remind of reports": {"task": "reports.tasks.remind_of_duties", "schedule": timedelta(minutes=10)},
    "publish what is due": {"task": "publications.tasks.publish_due", "schedule": timedelta(minutes=1)},
    "forget old sign-ins": {"task": "accounts.tasks.forget_old_sign_ins", "schedule": timedelta(hours=1)},
    "drop old files": {"task": "jobs.tasks.drop_old_files", "schedule": timedelta(hours=6)},
    "drop old jobs": {"task": "jobs.tasks.drop_old_jobs", "schedule": timedelta(hours=6)},
    **UPKEEP_SCHEDULE,
}

# People: accounts, sessions, passwords
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backend.Backend"]
SOCIALACCOUNT_ADAPTER = "accounts.single_sign_on.Adapter"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "workbench"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LengthAndClasses"},
    {"NAME": "accounts.passwords.NotOnesName"},
    {"NAME": "accounts.passwords.NotCommonHere"},
    {"NAME": "accounts.passwords.NotUsedBefore"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# The head of the public log, told outside (campaigns/heads.py); both ways are off until they are configured.
LOG_MAIL_TO = env.list("LOG_MAIL_TO", default=[])
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = text("EMAIL_FROM", "lianchou@localhost")
if EMAIL_URL := text("EMAIL_URL"):
    globals().update(env.email_url_config(EMAIL_URL))
REMIND_BY_MAIL = bool(EMAIL_URL)
"""Institutions are reminded of their self-check by mail as well, where mail is configured (selftest/reminding.py)."""
TIMESTAMP_URL = text("TIMESTAMP_URL")
TIMESTAMP_CERTIFICATES = text("TIMESTAMP_CERTIFICATES")

# Browser security. HTTPS is production's matter: the demo listens on this machine only.
HTTPS = env.bool("HTTPS", default=PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# Uploads: a workbook of 50,000 rows is about 5 MB; the guard in workbooks/ looks at what is inside.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_PERMISSIONS = 0o640
CLAMD = text("CLAMD")
"""The virus scanner that every uploaded piece of evidence goes through: /path/to/clamd.ctl or host:port; off if empty."""

# Static files: our own, and the few files taken from front-end packages (tooling/vendor.py).
STATIC_URL = "static/"
STATIC_ROOT = Path(text("STATIC_ROOT", str(DATA_DIR / "collected-static")))
STATICFILES_DIRS = [BASE_DIR / "static", VENDOR_DIR]
VENDOR_DIR.mkdir(parents=True, exist_ok=True)
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
"""Packages bring source maps, larger than all the rest, that only developers' tools ask for."""
STORAGES = {
    "default": {"BACKEND": "config.upkeep.storage.MediaStorage"},
    "staticfiles": {
        "BACKEND": "config.storage.StaticStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Language and time
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# Lists
DJANGO_TABLES2_TEMPLATE = "django_tables2/lianchou.html"
FILTERS_EMPTY_CHOICE_LABEL = "全部"

# API
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.InDeclaredAudience"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_THROTTLE_RATES": {"token": "30/min"},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "accounts.api.errors.answer_error",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {"TOKEN_TTL": timedelta(hours=8), "TOKEN_LIMIT_PER_USER": 5, "AUTO_REFRESH": False}
SPECTACULAR_SETTINGS = {
    "TITLE": "联抽 LianChou",
    "DESCRIPTION": "部门联合双随机抽查：名录库、抽查活动、抽取、抽查任务。",
    "VERSION": "1.0.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["accounts.api.InDeclaredAudience"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "InstitutionState": "institutions.models.InstitutionState",
        "CertificateState": "institutions.models.CertificateState",
        "CertificateLevel": "institutions.models.CertificateLevel",
        "RiskKind": "institutions.models.RiskKind",
        "PersonState": "inspectors.models.PersonState",
        "CampaignState": "campaigns.states.CampaignState",
        "CampaignKind": "campaigns.models.CampaignKind",
        "AgreementState": "campaigns.models.LineAgreement.State",
        "DrawState": "campaigns.states.DrawState",
        "DrawKind": "campaigns.models.DrawKind",
        "ApprovalState": "campaigns.models.ApprovalState",
        "TaskState": "campaigns.states.TaskState",
        "MatterKind": "campaigns.models.InspectionMatter.Kind",
        "SourceKind": "campaigns.models.Source.Kind",
        "StageKind": "campaigns.models.Stage.Kind",
        "ExclusionKind": "campaigns.models.ExclusionKind",
        "JobState": "jobs.models.JobState",
        "SelfCheckState": "selftest.states.SelfCheckState",
        "RoundState": "selftest.states.RoundState",
        "FormState": "selftest.states.FormState",
        "ProblemState": "selftest.models.Problem.State",
        "BlockKind": "selftest.models.HeaderBlock.Kind",
        "VisitState": "visits.states.VisitState",
        "VisitKind": "visits.models.Visit.Kind",
        "VisitOutcome": "visits.codes.Outcome",
        "AttendeeKind": "visits.models.Attendee.Kind",
        "ResultState": "visits.states.ResultState",
        "FindingState": "visits.states.FindingState",
        "MeasureState": "visits.states.MeasureState",
        "MeasureKind": "visits.codes.MeasureKind",
        "RectificationState": "visits.states.RectificationState",
        "ReferralState": "visits.states.ReferralState",
        "RegionKind": "accounts.models.Region.Kind",
        "RegionLevel": "accounts.models.Region.Level",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.api.schema.describe_problems",
    ],
}

if PRODUCTION:
    refuse_weak_settings(globals(), env)
