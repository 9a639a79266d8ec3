"""The site's addresses, and the floor."""

from django.urls import include, path

from benchmarks.floor import floor

urlpatterns = [path("floor/", floor), path("", include("roadmap_site.urls"))]
