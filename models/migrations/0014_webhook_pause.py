"""Until when a webhook is left alone: what happens in the meantime waits too."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.database import InstantField


class Migration(migrations.Migration):
    dependencies = [("solde", "0013_api")]

    operations = [ops.AddField(model_name="Webhook", name="paused_until", field=InstantField(null=True))]
