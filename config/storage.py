"""Static files in production: hashed names, compressed."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Does not follow source maps: the vendor files name maps that we do not ship. Modules import each other by their
    hashed names."""

    support_js_module_import_aggregation = True
    patterns = tuple(
        (
            extension,
            tuple(p for p in patterns if "sourceMappingURL" not in (p if isinstance(p, str) else p[0])),
        )
        for extension, patterns in CompressedManifestStaticFilesStorage.patterns
    )
