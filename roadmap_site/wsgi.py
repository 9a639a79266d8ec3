"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap_site.settings")
# Connections are pooled only here: as many as gunicorn has threads. Celery workers have none,
# as a pool does not survive their fork.
os.environ.setdefault("MILEPOST_DATABASE_POOL", "4")

application = get_wsgi_application()
