"""Seeds of generated data: from the installation's secret, never shown to learners.

HMAC-SHA256 keyed by ``settings.DATA_SECRET``. Whoever has the source has none of the answers.
"""

import hashlib
import hmac

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.submissions.models import Submission


def submission_seed(*, slug: str, public_id: str) -> bytes:
    """32 bytes that serve one submission only. A further delivery of it gets the same."""
    return _derive(f"submission:{slug}:{public_id}")


def starter_seed(*, slug: str, learner_id: int) -> bytes:
    """32 bytes for the data that a learner downloads: the same at every download."""
    return _derive(f"starter:{slug}:{learner_id}")


def exported_seeds(submission: Submission) -> str:
    """Both as ``check_repo --seed`` reads them: 128 hex digits."""
    draw = submission_seed(slug=submission.brief_id, public_id=submission.public_id)
    starter = starter_seed(slug=submission.brief_id, learner_id=submission.learner_id)
    return draw.hex() + starter.hex()


def _derive(purpose: str) -> bytes:
    if not settings.DATA_SECRET:
        raise ImproperlyConfigured(
            "MILEPOST_DATA_SECRET is not set. Set it to at least 32 random characters."
        )
    return hmac.digest(settings.DATA_SECRET.encode(), purpose.encode(), hashlib.sha256)
