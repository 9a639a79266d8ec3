"""A Celery worker for code builds what lessons may import before it takes any run.

The first learner of the day does not wait for an installation then.
"""

import logging
from typing import Any

from celery.signals import celeryd_after_setup
from django.conf import settings

from apps import sandbox
from apps.checks.errors import CheckError
from apps.curriculum.check_config import check_config
from apps.curriculum.lesson_code import lesson_environment

CODE_QUEUE = "code"

logger = logging.getLogger(__name__)


@celeryd_after_setup.connect(dispatch_uid="build_environment")
def build_environment(*, instance: Any, **_: object) -> None:
    """In the worker's main process. A failure is told, and tried again by each run."""
    if CODE_QUEUE not in instance.app.amqp.queues.consume_from:
        return
    try:
        with lesson_environment(settings.CONTENT_FOLDER, config=check_config()):
            logger.info("What lessons may import is there.")
    except (CheckError, sandbox.SandboxUnavailable) as error:
        logger.warning("What lessons may import could not be built: %s", error)
