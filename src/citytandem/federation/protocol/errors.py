"""What a partner can do wrong. Every refusal has a stable code; docs/protocol/index.md tells them all."""

from __future__ import annotations


class ProtocolError(ValueError):
    """A refusal. `code` is stable and goes into the partner's page; `details` are plain values, safe to show."""

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def __reduce__(self) -> tuple[object, ...]:
        """Errors come back whole from another process."""
        return _rebuilt, (type(self), self.code, self.details)

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.details.items())
        return f"{self.code} ({told})" if told else self.code


def _rebuilt(kind: type[ProtocolError], code: str, details: dict[str, str | int]) -> ProtocolError:
    return kind(code, **details)


class BadJson(ProtocolError):
    """Bytes that are not JSON as the protocol wants it, or beyond its limits."""


class BadObject(ProtocolError):
    """JSON, but not an object that may travel."""


class BadKey(ProtocolError):
    """Not an Ed25519 key, or one that must not be used."""


class BadDocument(ProtocolError):
    """A DID or a DID document that does not fit."""


class BadProof(ProtocolError):
    """The object was not proven by its origin."""


class BadLog(ProtocolError):
    """The chain is broken, or the log was rewritten."""


class BadSignature(ProtocolError):
    """The message was not signed, not by whom it says, or not now."""


class BadAgreement(ProtocolError):
    """An agreement that cannot bind its parties."""
