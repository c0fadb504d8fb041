"""Materials: what is hunted (fingerprints), where it was seen (sightings), and each look."""
