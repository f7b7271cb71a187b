"""The HTTP API of the two streams, split by use case."""

from citytandem.core.api import ApiRouter
from citytandem.streams.api import links, match, problems, solutions, weightings

router = ApiRouter()
for part in (problems, solutions, links, match, weightings):
    router.add_router("", part.router)

__all__ = ["router"]
