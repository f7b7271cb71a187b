"""The log of what was decided in a challenge, which anybody can check. Pure."""
