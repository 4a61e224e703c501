"""Static files in production: hashed names, compressed."""

from typing import Final

from whitenoise.storage import CompressedManifestStaticFilesStorage

MODULES: Final = ("js/*.js", "vendor/noble/*.js", "vendor/qrcode.js")
"""Where modules import each other, by hashed names. Not everywhere: packages bring files that import what they lack."""

IMPORTS: Final = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]  # noqa: SLF001  # Django's own


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Does not follow source maps: the vendor files name maps that we do not ship."""

    patterns = (
        *(
            (
                extension,
                tuple(p for p in patterns if "sourceMappingURL" not in (p if isinstance(p, str) else p[0])),
            )
            for extension, patterns in CompressedManifestStaticFilesStorage.patterns
        ),
        *((files, IMPORTS) for files in MODULES),
    )
