"""Ed25519 signatures of entries (RFC 8032), for those who want more than a name as proof.

The private key is a PEM file of its owner (PKCS 8, mode 600, with a passphrase if wanted); the
public one stands in the ledger, in an entry of the action ``key``. ``cryptography`` is an optional
extra: without it nothing can be signed, and signatures that are there are told as unchecked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from skk_analysis.workspace import SkkError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from skk_analysis.review.ledger import Entry

DOMAIN = b"skk-review-1\n"
"""Before the content, so that a signature of ours means nothing anywhere else."""
PASSPHRASE = "SKK_KEY_PASSPHRASE"
"""Environment variable with the passphrase of a key file."""


@dataclass(frozen=True)
class Key:
    """A person's private key."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public key: 64 hex digits."""
        return self.private.public_key().public_bytes_raw().hex()

    def signature(self, content: bytes) -> dict[str, str]:
        """Key and signature of an entry's content."""
        return {"key": self.public, "value": self.private.sign(DOMAIN + content).hex()}


def new_key(path: Path, passphrase: str = "") -> Key:
    """Make a key and its file, which only its owner may read.

    Raises
    ------
    SkkError
        If the file is there already.
    """
    serialization = _serialization()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    locked = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    encoding, layout = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    content = private.private_bytes(encoding, layout, locked)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SkkError(f"{path} is there already; a key is never written over.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Key(private)


def read_key(path: Path, passphrase: str = "") -> Key:
    """Read a key file.

    Raises
    ------
    SkkError
        If it is missing, is no Ed25519 key, others may read it, or the passphrase is wrong.
    """
    serialization = _serialization()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise SkkError(f"{path} can be read by others: run 'chmod 600 {path}' first.")
        content = path.read_bytes()
    except OSError as error:
        raise SkkError(f"The key {path} cannot be read: {error.strerror}.") from error
    try:
        private = serialization.load_pem_private_key(content, passphrase.encode() or None)
    except (ValueError, TypeError) as error:
        raise SkkError(
            f"{path} is no key, or {PASSPHRASE} does not hold its passphrase: {error}"
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise SkkError(f"{path} is no Ed25519 key; make one with 'skk review key --new FILE'.")
    return Key(private)


def available() -> bool:
    """Whether signatures can be made and checked here."""
    from importlib.util import find_spec

    return find_spec("cryptography") is not None


def signature_fault(entry: Entry) -> str:
    """Why an entry's signature is none; empty if it is good, or there is none."""
    if entry.signature is None:
        return ""
    return content_fault(entry.signature, entry.signed_content())


def content_fault(signature: Mapping[str, str], content: bytes) -> str:
    """Why a signature is none over some content; empty if it is good."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        if signature.keys() != {"key", "value"}:
            return "its signature has other fields than key and value"
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature["key"]))
        value = bytes.fromhex(signature["value"])
        public.verify(value, DOMAIN + content)
    except (ValueError, TypeError, AttributeError, InvalidSignature):
        return "its signature is not by its key over its content"
    return ""


def _serialization():
    try:
        from cryptography.hazmat.primitives import serialization
    except ImportError as error:
        raise SkkError(
            "Signing needs the package 'cryptography': pip install 'skk-analysis[sign]'."
        ) from error
    return serialization
