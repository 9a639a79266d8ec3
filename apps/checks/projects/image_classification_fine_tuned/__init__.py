"""Image classification, fine-tuned: the same tiles and checks, another rule for the weights."""

import dataclasses
from functools import partial

from apps.checks.projects import image_classification
from apps.checks.projects.image_classification.behaviour import behaviour
from apps.checks.projects.image_classification.starter import starter_data_with_backbone
from apps.checks.projects.image_classification.track import FINE_TUNED, judge_fine_tuned

PROJECT = dataclasses.replace(
    image_classification.PROJECT,
    slug=FINE_TUNED,
    version="1",
    starter_data=starter_data_with_backbone,
    behaviour=partial(behaviour, judge_track=judge_fine_tuned),
)
