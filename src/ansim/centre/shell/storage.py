"""Where static files are served from, under names that change with their contents."""

from whitenoise.storage import (  # type: ignore[import-untyped]  # it says nothing of its types
    CompressedManifestStaticFilesStorage,
)


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also rewrites the names in ``import ... from "./x.js"``.

    Without it a browser could mix a module of today with one that it kept from before an update.
    """

    support_js_module_import_aggregation = True
