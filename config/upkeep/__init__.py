"""Keeping the system: backup, restore and its verification, moving to another database, house-keeping, archives."""
