from dataclasses import asdict
from itertools import groupby

from django.db import migrations

from apps.progress.memory import after


def remember(apps, schema_editor):
    """What was seen before this version, as if it had been told to it."""
    evidence = apps.get_model("progress", "Evidence")
    recall = apps.get_model("progress", "Recall")
    rows = evidence.objects.order_by("learner_id", "concept_id", "at", "pk")
    pieces = rows.values_list("learner_id", "concept_id", "score", "at").iterator()
    found = []
    for (learner, concept), group in groupby(pieces, key=lambda row: row[:2]):
        memory = None
        for _, _, score, at in group:
            memory = after(memory, score=score, at=at)
        found.append(recall(learner_id=learner, concept_id=concept, **asdict(memory)))
        if len(found) == 1000:
            recall.objects.bulk_create(found, ignore_conflicts=True)
            found = []
    recall.objects.bulk_create(found, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("progress", "0004_recall")]
    operations = [migrations.RunPython(remember, migrations.RunPython.noop)]
