"""`citytandem federation`: how it stands with partner nodes, and what an administrator does without a browser."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command

_FIGURES = """figures of soak:
  published    versions that all nodes have published together
  missing      what a node must show and does not, or shows in an older version; of a run that
               does not come to rest also whatever is still to be read or done
  duplicates   whatever is there and must not be: shown twice, twice in a log, shown or held
               by a node it is not for, texts of what was withdrawn
  chain_valid  every log is one chain, every object proven, no partner paused
  seconds      from the first database to the last comparison"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = f"{parser.epilog}\n\n{_FIGURES}"
    parser.add_argument("action", choices=tuple(_ACTIONS))
    parser.add_argument("--partner", default="", metavar="WHO", help="name, address or DID (default: all active ones)")
    parser.add_argument("--out", metavar="FILE", help="with export: where the file goes; - for stdout")
    parser.add_argument("--file", metavar="FILE", help="with import: the file that the partner made")
    parser.add_argument("--after", type=_count, default=0, metavar="N", help="with export: entries after number N only")
    parser.add_argument("--nodes", type=_count, default=20, help="with soak: how many nodes, at least 6")
    parser.add_argument("--minutes", type=float, default=10.0, help="with soak: how long it is rough")
    parser.add_argument("--seed", type=int, default=1, help="with soak: which kills and cuts there are")
    parser.add_argument("--keep", action="store_true", help="with soak: keep the logs of the nodes")


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    return _ACTIONS[options.action](options)


def _status(options: argparse.Namespace) -> int:
    from citytandem.federation.state import state_now

    told = state_now()
    lines = [
        f"node        {told['node'] or 'none: partners can only reach a node with a host name (CITYTANDEM_ADDRESS)'}",
        f"log         {told['entries']} entries, {told['published']} objects published, {told['held_back']} held back",
    ]
    for one in told["partners"]:
        lines += ["", f"{one['name']}  ({one['did']})", *_lines_of(one)]
    show(options, told, lines if told["partners"] else [*lines, "", "No partners yet."])
    return 0


def _lines_of(one: dict[str, Any]) -> list[str]:
    silent = ", silent" if one["is_silent"] else ""
    lines = [
        f"  state     {one['state']}{silent}",
        f"  read      {one['read']} entries, {one['behind']} behind; {one['objects']} objects, {one['to_show']} to show",
        f"  sent      {one['sent']} entries, {one['to_send']} to go",
        f"  heard     {one['last_success_at'] or 'never'}",
    ]
    if one["last_error"]:
        lines.append(f"  trouble   {one['last_error']} ({one['last_error_at']})")
    if one["set_aside"] or one["doubts"]:
        lines.append(f"  doubts    {one['doubts']}, and {one['set_aside']} objects set aside")
    return lines


def _pull(options: argparse.Namespace) -> int:
    from citytandem.federation.services.applying import apply_waiting
    from citytandem.federation.services.pulling import pull
    from citytandem.federation.state import pulled_peers

    peers = pulled_peers(options.partner)
    if options.partner and not peers:
        raise WrongUse(f"there is no partner “{options.partner}”; `citytandem federation status` lists them")
    told = []
    for peer_id, name in peers:
        pulled = pull(peer_id)
        told.append({"partner": name, "objects": pulled.objects, "pages": pulled.pages, "code": pulled.code})
    shown = 0
    while done := apply_waiting():
        shown += done
    lines = [f"{one['partner']:24}{one['objects']} objects  {one['code']}".rstrip() for one in told]
    show(options, {"partners": told, "shown": shown}, lines or ["No active partners."])
    return 1 if any(one["code"] for one in told) else 0


def _verify(options: argparse.Namespace) -> int:
    from citytandem.federation.checking import check_all

    found = check_all()
    faults = [{"where": fault.where, "code": fault.code} for fault in found.faults]
    told = {"entries": found.entries, "objects": found.objects, "pages": found.pages, "faults": faults}
    lines = [f"{fault['where']}: {fault['code']}" for fault in faults]
    lines.append(
        f"{found.entries} entries of our log, {found.objects} objects, {found.pages} pages: {len(faults)} faults"
    )
    show(options, told, lines)
    return 0 if found.holds else 1


def _rotate_key(options: argparse.Namespace) -> int:
    from citytandem.accounts.contract import SYSTEM
    from citytandem.federation.protocol.keys import fingerprint
    from citytandem.federation.services.identity import key_rotate, signer

    key_rotate(by=SYSTEM)
    me = signer()
    words = fingerprint(me.key.public, did=me.did)
    told = {"node": me.did, "key": me.key.public.multikey, "words": words}
    show(options, told, [f"{me.did} signs with a new key from now on.", f"key    {told['key']}", f"words  {words}"])
    return 0


def _export(options: argparse.Namespace) -> int:
    from citytandem.federation.services.files import file_for
    from citytandem.federation.state import partner_named

    peer = partner_named(options.partner) if options.partner else None
    if options.partner and peer is None:
        raise WrongUse(f"there is no partner “{options.partner}”; `citytandem federation status` lists them")
    if not options.out:
        raise WrongUse("say where to: --out FILE, or --out - for stdout")
    size = 0
    try:
        with _opened_for_writing(options.out) as target:
            for line in file_for(peer, after=options.after):
                target.write(line)
                size += len(line)
    except OSError as error:
        raise WrongUse(f"{options.out}: {error.strerror}") from error
    if options.out != "-":
        told = {"partner": peer.did if peer else "", "file": options.out, "bytes": size}
        what = f"for {peer.name}" if peer else "an invitation"
        show(options, told, [f"{options.out}: {what}, {size} bytes"])
    return 0


def _opened_for_writing(name: str) -> Any:
    if name == "-":
        return os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    path = Path(name)
    path.touch(mode=0o600)
    return path.open("wb")


def _import(options: argparse.Namespace) -> int:
    from citytandem.accounts.contract import SYSTEM
    from citytandem.federation.services.files import file_take

    if not options.file:
        raise WrongUse("say which file: --file FILE")
    try:
        with Path(options.file).open("rb") as source:
            taken = file_take(source, by=SYSTEM)
    except OSError as error:
        raise WrongUse(f"{options.file}: {error.strerror}") from error
    told = {
        "node": taken.header.node, "unknown": taken.unknown, "agreements": taken.agreements, "pages": taken.pages,
        "objects": taken.objects, "set_aside": taken.aside, "skipped": taken.skipped, "code": taken.code,
    }  # fmt: skip
    if taken.unknown:
        line = f"{taken.header.node} is not confirmed yet: compare its words first, on the page /federation/files"
    else:
        line = f"{taken.header.node}: {taken.pages} pages, {taken.objects} objects  {taken.code}".rstrip()
    show(options, told, [line])
    return 1 if taken.unknown or taken.code or taken.skipped else 0


def work() -> None:
    """Be `citytandem worker` for what concerns partners, in this process: what nodes of the soak have beside them."""
    from citytandem.cli import worker

    worker.COMMAND.run(argparse.Namespace(queues="federation,partners"))


def _soak(options: argparse.Namespace) -> int:
    from citytandem.federation.soak.harness import soak
    from citytandem.federation.soak.plan import FEWEST

    if options.nodes < FEWEST or not 0 < options.minutes <= 24 * 60:
        raise WrongUse(f"a soak has at least {FEWEST} nodes and takes more than 0 minutes")
    result = soak(
        nodes=options.nodes, minutes=options.minutes, seed=options.seed, keep=options.keep, work=work,
        say=lambda line: print(line, file=sys.stderr),
    )  # fmt: skip
    for line in result.troubles():
        print(line, file=sys.stderr)
    told = result.to_json()
    show(options, told, [f"{name:14}{value}" for name, value in told.items()])
    return 0 if result.holds else 1


_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "status": _status,
    "pull": _pull,
    "verify": _verify,
    "rotate-key": _rotate_key,
    "export": _export,
    "import": _import,
    "soak": _soak,
}


COMMAND = Command(
    name="federation",
    summary="Partner nodes: status, pull, verify, rotate the key, exchange by file, soak test.",
    example="citytandem federation status",
    needs="existing",
    alone=lambda options: options.action == "soak",
    configure=_configure,
    run=_run,
)
