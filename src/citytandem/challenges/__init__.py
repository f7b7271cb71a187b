"""From a challenge to a contract: calls, proposals, assessment, pilots, hand-over."""
