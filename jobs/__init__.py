"""Long work: jobs with lease, progress and result files; the person finds them under 我的文件."""
