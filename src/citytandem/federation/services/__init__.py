"""Writing: identity and keys, what is published, what comes from partners, pairs and agreements."""
