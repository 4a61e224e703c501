"""The public site: read only, without accounts, nothing but what public.py hands out."""
