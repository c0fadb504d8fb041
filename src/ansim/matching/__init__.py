"""All near neighbours of fingerprints, exactly; what is hunted; banks and their files."""

from ansim.matching.banks import Bank, BankItem, bank_text, format_of, read_bank, write_bank
from ansim.matching.errors import MalformedBank, MalformedHash, UnknownBankFormat
from ansim.matching.hamming import RADIUS, HammingIndex, Match, is_pdq
from ansim.matching.hunted import (
    MATCHING_SHARE,
    MIN_QUALITY,
    BestMatch,
    HuntedFingerprint,
    HuntedIndex,
    best_distance,
)

__all__ = [
    "MATCHING_SHARE",
    "MIN_QUALITY",
    "RADIUS",
    "Bank",
    "BankItem",
    "BestMatch",
    "HammingIndex",
    "HuntedFingerprint",
    "HuntedIndex",
    "MalformedBank",
    "MalformedHash",
    "Match",
    "UnknownBankFormat",
    "bank_text",
    "best_distance",
    "format_of",
    "is_pdq",
    "read_bank",
    "write_bank",
]
