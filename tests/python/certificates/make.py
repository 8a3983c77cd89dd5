#!/usr/bin/env python3
"""Makes the certificates and keys of the TLS tests anew, in this folder (DER). Needs `cryptography` from PyPI.

They are committed: what a test prints does not depend on them, but making RSA keys takes time, and not every machine has
what it needs.
"""

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

HERE = Path(__file__).resolve().parent
BEGIN = datetime.datetime(2020, 1, 1)
END = datetime.datetime(2120, 1, 1)


def write(name, key, cert, with_key=True):
    """Writes NAME.cert.der and NAME.key.der."""
    encoding = serialization.Encoding.DER
    (HERE / f"{name}.cert.der").write_bytes(cert.public_bytes(encoding))
    if with_key:
        form = serialization.PrivateFormat.TraditionalOpenSSL
        text = key.private_bytes(encoding, form, serialization.NoEncryption())
        (HERE / f"{name}.key.der").write_bytes(text)


def named(common):
    """An X.509 name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def authority(name):
    """An authority: its name, key and certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    return name, key, signed(name, key, (name, key), None)


def signed(name, key, issuer, host, end=END):
    """A certificate for `key`, of an authority or of a host."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer[0]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    )
    if host:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False
        )
    return builder.sign(issuer[1], hashes.SHA256())


def main():
    """Makes them all."""
    ours, theirs = authority("authority"), authority("stranger")
    write("authority", *ours[1:], with_key=False)
    write("stranger", *theirs[1:], with_key=False)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    write("rsa", key, signed("rsa", key, ours, "server.test"))
    key = ec.generate_private_key(ec.SECP256R1())
    write("ec", key, signed("ec", key, ours, "server.test"))
    late = BEGIN + datetime.timedelta(days=365)
    write("expired", key, signed("expired", key, ours, "server.test", late), with_key=False)
    key = ec.generate_private_key(ec.SECP256R1())
    write("client", key, signed("client", key, ours, "client.test"))


if __name__ == "__main__":
    main()
