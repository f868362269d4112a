"""Settings of every process; each part reads its variables once through webapp.config.env."""

from webapp.config.settings.base import *
from webapp.config.settings.celery import *
from webapp.config.settings.channels import *
from webapp.config.settings.rest import *
from webapp.config.settings.storage import *
from webapp.config.settings.work import *
