"""Where bytes live, what an upload may be, and how built assets are served."""

from webapp.config.env import BASE_DIR, choice, env

BLOB_STORAGE = choice("BLOB_STORAGE", default="postgres", options=("postgres", "s3"))
_BLOB_BACKENDS = {
    "postgres": {"BACKEND": "webapp.catalogue.storage.PostgresStorage"},
    "s3": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("S3_BUCKET", default=""),
            "endpoint_url": env.str("S3_ENDPOINT", default="") or None,
            "region_name": env.str("S3_REGION", default="") or None,
            "access_key": env.str("S3_ACCESS_KEY", default="") or None,
            "secret_key": env.str("S3_SECRET_KEY", default="") or None,
            "default_acl": "private",
            "file_overwrite": True,
        },
    },
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "blobs": _BLOB_BACKENDS[BLOB_STORAGE],
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=100_000_000)
UPLOAD_MAX_PIXELS = env.int("UPLOAD_MAX_PIXELS", default=120_000_000)
UPLOAD_MAX_SIDE = env.int("UPLOAD_MAX_SIDE", default=20_000)
UPLOAD_EXPIRY_HOURS = env.int("UPLOAD_EXPIRY_HOURS", default=48)
QUOTA_BYTES = env.int("QUOTA_BYTES", default=50 * 1024**3)
CROPS_MAX_BYTES = env.int("CROPS_MAX_BYTES", default=4 * 1024**3)
CROPS_KEEP_DAYS = env.int("CROPS_KEEP_DAYS", default=7)
TRASH_DAYS = env.int("TRASH_DAYS", default=30)
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024**2  # a tus PATCH is read as a stream, JSON is small

STATIC_URL = "/static/"
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist")]
WHITENOISE_USE_FINDERS = True  # the build folder is served as it is; no collectstatic step
DJANGO_VITE = {
    "default": {
        "dev_mode": env.bool("VITE_DEV", default=False),
        "manifest_path": BASE_DIR / "static" / "dist" / ".vite" / "manifest.json",
        "static_url_prefix": "dist",
    }
}
