"""A worker that takes checks and has no sandbox: inside, no user namespace can be made."""

import os
import subprocess
import sys

from apps.sandbox import bubblewrap, identity
from apps.submissions.worker import sandbox_problem
from tests.submissions.worker import child_environment

PRODUCTION = {
    "MILEPOST_ENV": "production",
    "MILEPOST_SECRET_KEY": "a key of the tests, which nobody else has or should have",
    "MILEPOST_HOSTS": "milepost.example.org",
    "DJANGO_SETTINGS_MODULE": "roadmap_site.settings",
}


def without_sandbox(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    bwrap = bubblewrap.find(identity.current())
    closed = [bwrap, "--unshare-user", "--disable-userns", "--die-with-parent"]
    return subprocess.run(
        [*closed, "--dev-bind", "/", "/", sys.executable, *command],
        check=False,
        env={**os.environ, **child_environment(), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_sandbox_problem_is_empty_with_a_sandbox() -> None:
    assert sandbox_problem() == ""


def test_checks_worker_without_sandbox_does_not_start_in_production() -> None:
    arguments = ("-m", "celery", "-A", "roadmap_site", "worker", "-Q", "checks", "-c", "1")
    ended = without_sandbox(*arguments, **PRODUCTION)
    assert ended.returncode == 1
    assert "This worker cannot check repositories. " in ended.stderr


def test_checks_worker_without_sandbox_starts_in_development_and_says_so() -> None:
    script = (
        "import logging; logging.basicConfig()\n"
        "from types import SimpleNamespace as Made\n"
        "from roadmap_site import celery_app\n"
        "from apps.submissions.worker import require_sandbox\n"
        "celery_app.amqp.queues.select('checks')\n"
        "require_sandbox(instance=Made(app=celery_app))\n"
    )
    ended = without_sandbox("-c", script, DJANGO_SETTINGS_MODULE="roadmap_site.settings")
    assert ended.returncode == 0
    assert "Checks will not run. " in ended.stderr


def test_default_worker_needs_no_sandbox() -> None:
    script = (
        "from types import SimpleNamespace as Made\n"
        "from roadmap_site import celery_app\n"
        "from apps.submissions.worker import require_sandbox\n"
        "celery_app.amqp.queues.select('default')\n"
        "require_sandbox(instance=Made(app=celery_app))\n"
    )
    assert without_sandbox("-c", script, **PRODUCTION).returncode == 0
