"""All near neighbours of fingerprints, exactly; what is hunted; banks and their files."""

from ansim.matching.banks import Bank, BankItem, bank_text, format_of, read_bank, write_bank
from ansim.matching.errors import (
    DamagedIndex,
    MalformedBank,
    MalformedHash,
    NewerIndex,
    UnknownBankFormat,
)
from ansim.matching.hashes import is_pdq, packed
from ansim.matching.hunted import (
    MATCHING_SHARE,
    MIN_QUALITY,
    BestMatch,
    HuntedFingerprint,
    HuntedIndex,
    best_distance,
)
from ansim.matching.index import RADIUS, HashIndex, Matches

__all__ = [
    "MATCHING_SHARE",
    "MIN_QUALITY",
    "RADIUS",
    "Bank",
    "BankItem",
    "BestMatch",
    "DamagedIndex",
    "HashIndex",
    "HuntedFingerprint",
    "HuntedIndex",
    "MalformedBank",
    "MalformedHash",
    "Matches",
    "NewerIndex",
    "UnknownBankFormat",
    "bank_text",
    "best_distance",
    "format_of",
    "is_pdq",
    "packed",
    "read_bank",
    "write_bank",
]
