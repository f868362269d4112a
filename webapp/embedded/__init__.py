"""The launcher behind `manage.py up`: embedded engines, supervised processes, one log."""
