"""How this installation runs code, as its settings say: for checks and for lessons alike."""

from pathlib import Path

from django.conf import settings

from apps.checks.check import CheckConfig
from apps.checks.environment import EnvironmentConfig, default_ca_bundle


def check_config() -> CheckConfig:
    bundle = settings.CHECKS_CA_BUNDLE
    ca_bundle = Path(bundle) if bundle else default_ca_bundle()
    return CheckConfig(
        home=Path(settings.CHECKS_HOME),
        packages=EnvironmentConfig(
            index_url=settings.CHECKS_INDEX_URL,
            extra_index_urls=settings.CHECKS_EXTRA_INDEX_URLS,
            index_hosts=settings.CHECKS_INDEX_HOSTS,
            find_links=settings.CHECKS_FIND_LINKS,
            store_mb=settings.CHECKS_ENVIRONMENTS_MB,
            ca_bundle=ca_bundle,
        ),
        allowed_networks=settings.CHECKS_ALLOWED_NETWORKS,
        allow_local=settings.CHECKS_ALLOW_LOCAL,
        ca_bundle=ca_bundle,
    )
