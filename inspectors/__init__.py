"""The second pool 检查人员名录库: inspectors, experts, conflicts of interest, leave, and their import."""
