"""From a pilot to a contract: which procedure may fit, the tender package, its documents and notices. Pure: no Django."""
