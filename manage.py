#!/usr/bin/env python
"""Django's command line for Connoisseur; `up` starts everything before there are settings."""

import os
import sys

from django.core.management import execute_from_command_line

from webapp.embedded.launcher import main as up

if __name__ == "__main__":
    if sys.argv[1:] == ["up"]:
        sys.exit(up())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.config.settings")
    execute_from_command_line(sys.argv)
