"""`citytandem bounces`: take in what mail servers report."""

from __future__ import annotations

import argparse
import mailbox
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command

_WORDS = {
    "hard": "addresses that do not exist",
    "soft": "came back for the moment",
    "complaint": "marked as unwanted",
    "unsubscribed": "asked to stop",
    "known": "counted before",
    "foreign": "about no mail of this node",
    "none": "no reports",
}


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--maildir", type=Path, help="read the new messages of a Maildir, and mark them as seen")
    parser.add_argument("--mbox", type=Path, help="read the unread messages of an mbox file, and mark them as read")


def _run(options: argparse.Namespace) -> int:
    from citytandem.notifications.services.bouncing import message_read

    if options.maildir and options.mbox:
        raise WrongUse("either --maildir or --mbox")
    results: Counter[str] = Counter(message_read(message) for message in _messages(options))
    told = {name: results[name] for name in _WORDS}
    show(options, told, [f"{count:6} {_WORDS[name]}" for name, count in told.items()])
    # One message that is piped in and means nothing to us: the mail server may want to keep it.
    return 1 if results.total() == 1 and (results["none"] or results["foreign"]) else 0


def _messages(options: argparse.Namespace) -> Iterator[bytes]:
    if options.maildir:
        yield from _of_maildir(options.maildir)
    elif options.mbox:
        yield from _of_mbox(options.mbox)
    else:
        yield sys.stdin.buffer.read()


def _of_maildir(folder: Path) -> Iterator[bytes]:
    if not (folder / "new").is_dir():
        raise WrongUse(f"{folder} is no Maildir: it has no folder “new”")
    box = mailbox.Maildir(folder, create=False)
    for key in list(box.keys()):
        message = box.get_message(key)
        if message.get_subdir() != "new":
            continue
        yield box.get_bytes(key)
        # Only now: if the command is killed over it, it is read again.
        message.set_subdir("cur")
        message.add_flag("S")
        box[key] = message


def _of_mbox(file: Path) -> Iterator[bytes]:
    if not file.is_file():
        raise WrongUse(f"there is no file {file}")
    box = mailbox.mbox(file, create=False)
    box.lock()
    try:
        for key in list(box.keys()):
            message = box.get_message(key)
            if "R" in message.get_flags():
                continue
            yield box.get_bytes(key)
            message.add_flag("RO")
            box[key] = message
    finally:
        box.close()


COMMAND = Command(
    name="bounces",
    summary="Take in what mail servers report about e-mails of this node.",
    example="citytandem bounces --maildir /var/mail/bounces",
    needs="database",
    configure=_configure,
    run=_run,
)
