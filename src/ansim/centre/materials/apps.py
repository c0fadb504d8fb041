"""Django's entry for this room."""

from django.apps import AppConfig


class MaterialsConfig(AppConfig):
    """Materials: what is hunted (fingerprints), where it was seen (sightings), and each look."""

    name = "ansim.centre.materials"
    label = "materials"
