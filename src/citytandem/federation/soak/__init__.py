"""Many nodes on one machine that lose messages, are cut off and killed, until it shows whether anything was lost.

`harness.soak(nodes, minutes)` runs it; each node is a process with a database of its own and works with the real services.
"""
