"""The HTTP API of the two streams, split by use case."""

from citytandem.core.api import ApiRouter
from citytandem.streams.api.links import router as links
from citytandem.streams.api.match import router as match
from citytandem.streams.api.problems import router as problems
from citytandem.streams.api.solutions import router as solutions
from citytandem.streams.api.weightings import router as weightings

router = ApiRouter()
for part in (problems, solutions, links, match, weightings):
    router.add_router("", part)

__all__ = ["router"]
