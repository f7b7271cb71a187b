"""Background work of the federation: ids in, one service call."""

from __future__ import annotations

from uuid import UUID

from django.db import OperationalError

from citytandem.core import jobs

_RETRY = jobs.patiently(OperationalError)


@jobs.task(name="federation.publish", queue="federation", queueing_lock="federation.publish", retry=_RETRY)
def publish() -> None:
    """Publish, change or withdraw what of ours has changed."""
    from citytandem.federation.services.publishing import publish_changed

    publish_changed()


@jobs.task(name="federation.publish_all", queue="federation", queueing_lock="federation.publish_all", retry=_RETRY)
def publish_all() -> None:
    """Everything of ours that can be published, for the first partner or after a change of what flows."""
    from citytandem.federation.services.publishing import publish_all

    publish_all()


@jobs.task(name="federation.prove_anew", queue="federation", queueing_lock="federation.prove_anew", retry=_RETRY)
def prove_anew() -> None:
    """After a key was revoked all our objects and agreements are proven by the new one."""
    from citytandem.federation.services.publishing import prove_anew
    from citytandem.federation.services.reproving import agreements_prove_anew

    agreements_prove_anew()
    prove_anew()


@jobs.app.periodic(cron="40 3 * * *")
@jobs.task(name="federation.renew", queue="federation", queueing_lock="federation.renew", retry=_RETRY)
def renew(timestamp: int = 0) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Each night: what would end within a year is published anew, what was held back is tried again."""
    from citytandem.federation.services.publishing import renew as renew_all

    renew_all()


@jobs.task(name="federation.nudge", queue="federation", queueing_lock="federation.nudge")
def nudge() -> None:
    """Leave a hint for each partner that there is something new."""
    from citytandem.federation.services.nudging import nudge_partners

    nudge_partners()


@jobs.task(name="federation.nudge_partner", queue="partners")
def nudge_partner(peer_id: str) -> None:
    """Tell a partner that there is something new."""
    from citytandem.federation.services.nudging import nudge_partner

    nudge_partner(UUID(peer_id))


@jobs.task(name="federation.pull", queue="partners", retry=_RETRY)
def pull(peer_id: str) -> None:
    """Read what is new in a partner's log."""
    from citytandem.federation.services.pulling import pull

    pull(UUID(peer_id))


@jobs.task(name="federation.apply", queue="federation", queueing_lock="federation.apply", retry=_RETRY)
def apply() -> None:
    """Hand one batch of stored objects to the modules that show them; a next job follows while some are left."""
    from citytandem.federation.services.applying import A_TIME, apply_waiting

    if apply_waiting(A_TIME) == A_TIME:
        jobs.enqueue("federation.apply", queue="federation", once="federation.apply")


@jobs.task(name="federation.relay", queue="federation", queueing_lock="federation.relay", retry=_RETRY)
def relay() -> None:
    """Pass on what may be passed on; a next job follows while some is left."""
    from citytandem.federation.services.relaying import A_TIME, relay_waiting

    if relay_waiting(A_TIME) == A_TIME:
        jobs.enqueue("federation.relay", queue="federation", once="federation.relay")


@jobs.task(name="federation.agree", queue="partners", retry=_RETRY)
def agree(peer_id: str) -> None:
    """Exchange signatures under an agreement with a partner."""
    from citytandem.federation.services.agreeing import agreement_exchange

    agreement_exchange(UUID(peer_id), only_due=True)


@jobs.task(name="federation.drop", queue="federation", retry=_RETRY)
def drop(peer_id: str) -> None:
    """What came from a partner that has ended, or under a wider agreement than now, disappears."""
    from citytandem.federation.services.dropping import drop_left

    drop_left(UUID(peer_id))


@jobs.app.periodic(cron="* * * * *")
@jobs.task(name="federation.tick", queue="federation", queueing_lock="federation.tick")
def tick(timestamp: int = 0) -> None:  # noqa: ARG001 - the scheduler passes its time
    """What is due: partners to read, signatures to exchange, objects at their end, alerts, what a kill has left."""
    from citytandem.federation.services.due import do_what_is_due

    do_what_is_due()
