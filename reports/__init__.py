"""文书与统计: reads all rooms, writes nothing but files: datasets become workbooks and PDFs."""
