# One image for web, worker and clock. It is built with the same scripts that set up a bare machine.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHON=python3 \
    FONT_DIR=/usr/local/share/fonts/lianchou \
    VENDOR_DIR=/srv/lianchou/vendor \
    DATA_DIR=/srv/lianchou/data

WORKDIR /srv/lianchou/app

COPY tooling/system.sh tooling/fonts.sh tooling/
RUN sh tooling/system.sh run && sh tooling/fonts.sh && rm -rf /var/lib/apt/lists/*

COPY requirements.txt tooling/uv.txt tooling/python.sh package.json package-lock.json .npmrc ./
RUN mkdir -p tooling && mv uv.txt python.sh tooling/ && sh tooling/python.sh run
COPY tooling/vendor.py tooling/node.txt tooling/
RUN .venv/bin/python tooling/vendor.py && rm -rf node_modules

COPY . .
# Static files are collected with production's storage into the image; the values only satisfy the start-up guard.
RUN mkdir -p "$DATA_DIR" /srv/lianchou/anchors /srv/lianchou/backups \
    && secret() { python3 -c 'import secrets; print(secrets.token_urlsafe(50))'; } \
    && LIANCHOU_ENV=production SECRET_KEY="$(secret)" ALLOWED_HOSTS=build BEHIND_PROXY=1 TRUSTED_PROXIES=1 \
       DATABASE_URL="postgres://build:$(secret)@build/build" CELERY_BROKER_URL="redis://:$(secret)@build/0" \
       STATIC_ROOT=/srv/lianchou/collected-static .venv/bin/python manage.py collectstatic --noinput \
    && useradd --system --home-dir /srv/lianchou --uid 10001 lianchou \
    && chown -R lianchou "$DATA_DIR" /srv/lianchou/anchors /srv/lianchou/backups

ENV LIANCHOU_ENV=production \
    STATIC_ROOT=/srv/lianchou/collected-static \
    XDG_CACHE_HOME=/tmp \
    PATH=/srv/lianchou/app/.venv/bin:$PATH
USER lianchou
VOLUME /srv/lianchou/data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s \
    CMD ["python", "tooling/is_healthy.py"]
CMD ["gunicorn", "config.wsgi", "--config", "python:config.web_server", "--bind", "0.0.0.0:8000"]
