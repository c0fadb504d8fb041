"""Keys and envelopes: what makes a case readable, and for whom.

A case has two keys (sealed and working). Each is wrapped for the public keys of those who may
open it: staff, the server, a receipt holder, the offline escrow. A field is sealed under a case
key and bound to the one place where it belongs. Beside them: blind indexes, signatures, files under
a passphrase, boxes for passkeys. No Django here.
"""

from ansim.vault.envelope import Aad, open_sealed, seal
from ansim.vault.errors import (
    BadSignature,
    MalformedBox,
    MalformedCode,
    MalformedKey,
    MalformedPhone,
    MistypedKey,
    MixedShares,
    SameShare,
    SecretMissing,
    SecretsTooOpen,
    ShareMissing,
    VaultError,
    WrongKey,
    WrongPassword,
)
from ansim.vault.escrow import join_parts, read_part, show_key, split_key
from ansim.vault.indexes import blind_index
from ansim.vault.keys import CaseKey, new_key_pair, public_key_of, unwrap, wrap_for
from ansim.vault.passkeys import box_key_under, open_box_under
from ansim.vault.passphrase import open_with_passphrase, seal_for_passphrase
from ansim.vault.receipt import ReceiptKeys, new_receipt_code, receipt_keys, show
from ansim.vault.server import (
    ServerKey,
    ServerSecrets,
    add_server_key,
    read_ring,
    remove_server_key,
)
from ansim.vault.signing import sign, signing_key_id, verify, verify_key_of
from ansim.vault.staff import StaffKeys, new_staff_keys, open_staff_key, rebox_staff_key
from ansim.vault.stretch import KDF, LIGHT_KDF, KdfProfile

__all__ = [
    "KDF",
    "LIGHT_KDF",
    "Aad",
    "BadSignature",
    "CaseKey",
    "KdfProfile",
    "MalformedBox",
    "MalformedCode",
    "MalformedKey",
    "MalformedPhone",
    "MistypedKey",
    "MixedShares",
    "ReceiptKeys",
    "SameShare",
    "SecretMissing",
    "SecretsTooOpen",
    "ServerKey",
    "ServerSecrets",
    "ShareMissing",
    "StaffKeys",
    "VaultError",
    "WrongKey",
    "WrongPassword",
    "add_server_key",
    "blind_index",
    "box_key_under",
    "join_parts",
    "new_key_pair",
    "new_receipt_code",
    "new_staff_keys",
    "open_box_under",
    "open_sealed",
    "open_staff_key",
    "open_with_passphrase",
    "public_key_of",
    "read_part",
    "read_ring",
    "rebox_staff_key",
    "receipt_keys",
    "remove_server_key",
    "seal",
    "seal_for_passphrase",
    "show",
    "show_key",
    "sign",
    "signing_key_id",
    "split_key",
    "unwrap",
    "verify",
    "verify_key_of",
    "wrap_for",
]
