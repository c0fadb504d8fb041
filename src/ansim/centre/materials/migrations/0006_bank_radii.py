"""How alike is alike enough, for each bank."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("materials", "0005_host_turns")]

    operations = [
        migrations.AddField(
            model_name="bank", name="strict_radius",
            field=models.PositiveSmallIntegerField(default=31),
        ),
        migrations.AddField(
            model_name="bank", name="wide_radius",
            field=models.PositiveSmallIntegerField(default=47),
        ),
    ]  # fmt: skip
