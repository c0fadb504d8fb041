"""Plans of looks hold shares of hosts now; older ones held rates. The next plan is made within a day."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_plans(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Without a plan every link is paced by itself until the worker's next one."""
    apps.get_model("materials", "LookPlan").objects.using(editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("materials", "0009_bank_generations")]
    operations = [migrations.RunPython(forget_plans, forget_plans)]
