import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0004_score_of_a_marked_answer")]

    operations = [
        migrations.AddField("attempt", "subject", models.CharField(max_length=80, default="")),
        migrations.AddField("attempt", "title", models.CharField(max_length=160, default="")),
        migrations.RunSQL(
            """
            UPDATE quizzes_attempt AS attempt
            SET subject = 'quiz:' || quiz.slug, title = quiz.title
            FROM quizzes_quiz AS quiz WHERE quiz.id = attempt.quiz_id
            """,
            migrations.RunSQL.noop,
        ),
    ]
