from django.db import migrations, models


class Migration(migrations.Migration):
    """Pages seen so far are forgotten: what was known of them does not say how deep, or for what."""

    dependencies = [
        ("patrol", "0005_robots_reason"),
    ]

    operations = [
        migrations.DeleteModel(name="SeenPage"),
        migrations.CreateModel(
            name="SeenPage",
            fields=[
                ("url_key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField()),
                ("generation", models.PositiveIntegerField()),
                ("depth", models.PositiveSmallIntegerField()),
            ],
        ),
    ]
