from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0002_concepts_of_a_version")]

    operations = [
        migrations.AddField("answer", "score", models.FloatField(blank=True, null=True)),
        migrations.RunSQL(
            "UPDATE quizzes_answer SET score = correct::int WHERE correct IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
