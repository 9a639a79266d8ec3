from django.db import migrations, models


class Migration(migrations.Migration):
    """The blocks themselves instead of their number; the next load fills them in."""

    dependencies = [("curriculum", "0006_concept_tested")]

    operations = [
        migrations.RemoveField("lesson", "code_blocks"),
        migrations.AddField("lesson", "code_blocks", models.JSONField(default=list)),
    ]
