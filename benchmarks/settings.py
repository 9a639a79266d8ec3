"""The site's settings on services of its own, plus the floor that pages are compared with."""

from tests.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
