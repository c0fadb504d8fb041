"""Django's entry for this room."""

from django.apps import AppConfig


class MaterialsConfig(AppConfig):
    """Materials: what is hunted (fingerprints), where it was seen (sightings), and each look."""

    name = "ansim.centre.materials"
    label = "materials"

    def ready(self) -> None:
        """Register what this room wants done, and check its rules."""
        from ansim.centre.materials import due, planning  # noqa: F401 -- importing due registers

        planning.weights()
