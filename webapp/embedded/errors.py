"""Errors of the launcher; each message says who must do what."""


class LauncherError(Exception):
    """The operator must act; the message says how. Shown without a traceback."""


class EngineError(LauncherError):
    """An embedded Postgres or Redis cannot start or stay up."""
