"""Settings of the tests: the product's, with cheap passwords and mail kept in memory."""

import os

# Tools that only import the settings (mypy, makemigrations --check) need no engine; the tests'
# conftest names the real ones before Django looks.
os.environ.setdefault("DATABASE_URL", "postgres://nobody@localhost:1/none")
os.environ.setdefault("REDIS_URL", "redis://localhost:1/0")

from webapp.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
