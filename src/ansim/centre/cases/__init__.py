"""Cases: people in need, harm, risk, consents, messages, notes, and the keys that seal them."""
