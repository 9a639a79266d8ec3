"""Every project that the checker knows, by slug."""

from apps.checks.project import Project
from apps.checks.projects.customer_churn_prediction import PROJECT as CUSTOMER_CHURN_PREDICTION
from apps.checks.projects.house_price_prediction import PROJECT as HOUSE_PRICE_PREDICTION
from apps.checks.projects.image_classification import PROJECT as IMAGE_CLASSIFICATION
from apps.checks.projects.image_classification_fine_tuned import PROJECT as IMAGES_FINE_TUNED
from apps.checks.projects.recommendation_system import PROJECT as RECOMMENDATION_SYSTEM
from apps.checks.projects.spam_email_classifier import PROJECT as SPAM_EMAIL_CLASSIFIER

_ALL = (
    HOUSE_PRICE_PREDICTION,
    SPAM_EMAIL_CLASSIFIER,
    CUSTOMER_CHURN_PREDICTION,
    IMAGE_CLASSIFICATION,
    IMAGES_FINE_TUNED,
    RECOMMENDATION_SYSTEM,
)  # fmt: skip

PROJECTS: dict[str, Project] = {project.slug: project for project in _ALL}
