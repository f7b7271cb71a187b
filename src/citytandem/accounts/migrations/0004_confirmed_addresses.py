"""Whoever had a sign-in before addresses were confirmed got it from the operator: those addresses count as confirmed."""

from django.db import migrations

FILL = """
    INSERT INTO account_emailaddress (user_id, email, verified, "primary")
    SELECT id, lower(email), true, true FROM accounts_person
    WHERE erased_at IS NULL AND NOT EXISTS (SELECT FROM account_emailaddress AS a WHERE a.user_id = accounts_person.id)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_privacy"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
