"""From the start of the assessment on no criterion is added, weighted anew or taken out, whatever code asks for it."""

from django.db import migrations

# What is checked is what counts: words may still be translated.
CREATE = """
CREATE FUNCTION challenges_criteria_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept challenges_criterion;
BEGIN
    kept := CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
    IF EXISTS (SELECT 1 FROM challenges_challenge WHERE id = kept.challenge_id AND frozen_at IS NOT NULL) THEN
        RAISE EXCEPTION 'new row violates "criteria_frozen": the assessment has started'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'criteria_frozen', TABLE = 'challenges_criterion';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER criteria_frozen_rows BEFORE INSERT OR DELETE ON challenges_criterion
    FOR EACH ROW EXECUTE FUNCTION challenges_criteria_frozen();
CREATE TRIGGER criteria_frozen_values BEFORE UPDATE ON challenges_criterion
    FOR EACH ROW WHEN (
        (OLD.challenge_id, OLD.key, OLD.weight, OLD.direction, OLD.low, OLD.high)
        IS DISTINCT FROM (NEW.challenge_id, NEW.key, NEW.weight, NEW.direction, NEW.low, NEW.high)
    ) EXECUTE FUNCTION challenges_criteria_frozen();
"""
DROP = """
DROP TRIGGER criteria_frozen_values ON challenges_criterion;
DROP TRIGGER criteria_frozen_rows ON challenges_criterion;
DROP FUNCTION challenges_criteria_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("challenges", "0001_challenges")]
    operations = [migrations.RunSQL(CREATE, DROP)]
