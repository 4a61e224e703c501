"""The first pool 检查对象名录库: institutions, certificates, domains, risk flags, and their import."""
