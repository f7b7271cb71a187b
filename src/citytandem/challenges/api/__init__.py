"""Challenges, their proposals and pilots over HTTP: read only, and only what the reader may read."""

from __future__ import annotations

from citytandem.challenges.api import challenges, pilots
from citytandem.core.api import ApiRouter

router = ApiRouter()
router.add_router("", challenges.router)
router.add_router("", pilots.router)
