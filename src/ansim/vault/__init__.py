"""Keys and envelopes: what makes a case readable, and for whom.

A case has two keys (sealed and working). Each is wrapped for the public keys of those who may
open it: staff, the server, a receipt holder, the offline escrow. A field is sealed under a case
key and bound to the one place where it belongs. No Django here.
"""

from ansim.vault.envelope import Aad, open_sealed, seal
from ansim.vault.errors import (
    MalformedBox,
    MalformedCode,
    MalformedKey,
    SecretMissing,
    SecretsTooOpen,
    VaultError,
    WrongKey,
    WrongPassword,
)
from ansim.vault.keys import CaseKey, new_key_pair, public_key_of, unwrap, wrap_for
from ansim.vault.receipt import ReceiptKeys, new_receipt_code, receipt_keys, show
from ansim.vault.server import ServerSecrets
from ansim.vault.staff import StaffKeys, new_staff_keys, open_staff_key, rebox_staff_key
from ansim.vault.stretch import KDF, LIGHT_KDF, KdfProfile

__all__ = [
    "KDF",
    "LIGHT_KDF",
    "Aad",
    "CaseKey",
    "KdfProfile",
    "MalformedBox",
    "MalformedCode",
    "MalformedKey",
    "ReceiptKeys",
    "SecretMissing",
    "SecretsTooOpen",
    "ServerSecrets",
    "StaffKeys",
    "VaultError",
    "WrongKey",
    "WrongPassword",
    "new_key_pair",
    "new_receipt_code",
    "new_staff_keys",
    "open_sealed",
    "open_staff_key",
    "public_key_of",
    "rebox_staff_key",
    "receipt_keys",
    "seal",
    "show",
    "unwrap",
    "wrap_for",
]
