"""Check the decision log of a challenge that you downloaded: python3 check_decisions.py decisions.json

Needs Python and nothing else. Each entry holds the SHA-256 of the one before; whoever changes, removes or adds an entry
afterwards would have to change all later ones, and the digest of the last one that others noted.
"""

import hashlib
import json
import sys
from pathlib import Path

log = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))

previous = "0" * 64
for number, entry in enumerate(log["entries"], 1):
    right = hashlib.sha256(entry["body"].encode()).hexdigest() == entry["digest"]
    content = json.loads(entry["body"]) if right else {}
    if (content.get("number"), content.get("previous")) != (number, previous):
        sys.exit(f"entry {number} is not what it was")
    previous = entry["digest"]
if (len(log["entries"]), previous) != (log["count"], log["head"]):
    sys.exit(f"entries are missing or added after number {len(log['entries'])}")
print(f"{len(log['entries'])} entries, all as they were written; the last one is {previous}")
