"""The API: deny by default, problem documents, generated schema."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "webapp.accounts.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["webapp.accounts.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["webapp.common.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "webapp.common.problems.exception_handler",
    "URL_FORMAT_OVERRIDE": None,  # an export's own parameter is called `format`
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Connoisseur",
    "DESCRIPTION": "Upload pictures, read predicted opinions, follow events.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "Medium": "webapp.catalogue.models.Medium",
        "ArtworkState": "webapp.catalogue.models.ArtworkState",
        "JobState": "webapp.jobs.models.JobState",
        "JobKind": "webapp.jobs.models.JobKind",
        "EventKind": "webapp.events.payloads.EventKind",
        "CampaignKind": "webapp.ratings.models.CampaignKind",
        "CampaignState": "webapp.ratings.models.CampaignState",
        "Mode": "webapp.ratings.models.Mode",
        "VoteKind": "webapp.ratings.models.VoteKind",
        "ModelKind": "webapp.registry.models.ModelKind",
        "VersionState": "webapp.registry.models.VersionState",
        "ChangeKind": "webapp.registry.models.ChangeKind",
        "RunRecipe": "webapp.training.models.RunRecipe",
        "RunState": "webapp.training.models.RunState",
        "SnapshotState": "webapp.training.models.SnapshotState",
        "GenerationKind": "webapp.generation.models.GenerationKind",
        "GenerationState": "webapp.generation.selectors.GenerationState",
        "ImportedKind": "webapp.training.models.ImportedKind",
    },
}
