"""Opens a file at rest with nothing of ours but its description: what the master key file, the rows of the
database and the stored bytes have. AES-256-GCM is that of the package cryptography, which is OpenSSL's.

Reads a JSON object from standard input; prints the file's SHA-256 and length, or fails.
"""

import hashlib
import json
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 64 * 1024
TAG = 16


def place(form, *parts):
    """The associated data: each part after its length."""
    out = form
    for part in parts:
        out += len(part.encode()).to_bytes(8, "big") + part.encode()
    return out


def envelope(key, sealed, *parts):
    """A value in an envelope: the nonce, then the ciphertext with its tag."""
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], place(b"countersign/envelope/1", *parts))


def stream(key, sealed, tenant, file):
    """A file in chunks: the nonce is the chunk's number and whether it is the last."""
    aad = place(b"countersign/stream/1", tenant, "broker.files", "content", file, "1")
    chunks = [sealed[at : at + CHUNK + TAG] for at in range(0, len(sealed), CHUNK + TAG)]
    for number, chunk in enumerate(chunks):
        nonce = number.to_bytes(11, "big") + bytes([number == len(chunks) - 1])
        yield AESGCM(key).decrypt(nonce, chunk, aad)


asked = json.load(sys.stdin)
tenant, file = asked["tenant"], asked["file"]
master = bytes.fromhex(asked["master_key"])
data_key = envelope(
    master, bytes.fromhex(asked["wrapped"]),
    asked["wrapped_by"], tenant, "broker.data_keys", "wrapped", asked["data_key"], "1",
)
file_key = envelope(
    data_key, bytes.fromhex(asked["sealed_key"]),
    asked["data_key"], tenant, "broker.files", "sealed_key", file, "1",
)
with open(asked["path"], "rb") as stored:
    plain = b"".join(stream(file_key, stored.read(), tenant, file))
json.dump({"sha256": hashlib.sha256(plain).hexdigest(), "bytes": len(plain)}, sys.stdout)
