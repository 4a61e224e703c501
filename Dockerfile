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
RUN mkdir -p "$DATA_DIR" \
    && LIANCHOU_ENV=production SECRET_KEY="$(python3 -c 'import secrets; print(secrets.token_urlsafe(50))')" \
       ALLOWED_HOSTS=build DATABASE_URL=sqlite:////tmp/build.sqlite3 CELERY_BROKER_URL=redis://:build@build/0 \
       STATIC_ROOT=/srv/lianchou/collected-static .venv/bin/python manage.py collectstatic --noinput \
    && useradd --system --home-dir /srv/lianchou --uid 10001 lianchou \
    && chown -R lianchou "$DATA_DIR"

ENV LIANCHOU_ENV=production \
    STATIC_ROOT=/srv/lianchou/collected-static \
    PATH=/srv/lianchou/app/.venv/bin:$PATH
USER lianchou
VOLUME /srv/lianchou/data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "tooling/is_healthy.py"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--no-control-socket"]
