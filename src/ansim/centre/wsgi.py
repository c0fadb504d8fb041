"""The web entry point of the centre."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ansim.centre.settings")
application = get_wsgi_application()
