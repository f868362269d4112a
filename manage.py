#!/usr/bin/env python
"""Django's command line for Connoisseur; `up` starts everything."""

import os
import sys

from django.core.management import execute_from_command_line

from webapp.embedded import launcher

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.config.settings")
    if sys.argv[1:2] == ["up"]:  # before Django: settings need the engines that this starts
        sys.exit(launcher.main(sys.argv[2:]))
    execute_from_command_line(sys.argv)
