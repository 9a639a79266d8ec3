"""The site's settings, after PostgreSQL and Valkey were started for this test run.

pytest-django reads the settings before any conftest.py, so this is the one place early enough.
Child processes inherit the addresses in their environment and start nothing.
"""

import os

from tests import services

os.environ.setdefault("MILEPOST_DATA_SECRET", "a secret of the tests, longer than thirty-two")
if not services.given():
    services.start()

from roadmap_site.settings import *  # noqa: F403

# Argon2 is slow by design; tests log in many times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
