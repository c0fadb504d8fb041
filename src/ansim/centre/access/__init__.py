"""Access: staff and their keys, roles by actions, sign-in, and the key that a session holds."""
