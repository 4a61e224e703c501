from reports.models.documents import Document, DocumentSeries, DocumentVersion

__all__ = ["Document", "DocumentSeries", "DocumentVersion"]
