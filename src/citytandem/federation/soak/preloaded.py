"""Importing this loads everything that a node of the soak needs, once for all of them."""

from citytandem.federation.soak.node import preload

preload()
