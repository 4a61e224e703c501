"""How tests/upkeep/earlier/ was made: a checkout of the earlier release, filled through its own services.

cd CHECKOUT && DATA_DIR=… DATABASE_URL=sqlite:///FOLDER/db.sqlite3 python fill_earlier.py
sqlite3 FOLDER/db.sqlite3 "VACUUM"; xz -9e FOLDER/db.sqlite3         → NAME.sqlite3.xz
pg_dump --format=plain --no-owner --no-privileges … | xz -9e         → NAME.sql.xz
tar -C DATA_DIR/media -cJf NAME.media.tar.xz .                        → NAME.media.tar.xz
"""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.test_settings")
    django.setup()

    from django.core.management import call_command
    from django.db import connection

    from tests.access.world import build_world

    call_command("migrate", verbosity=0)
    build_world()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session")
        cursor.execute("DELETE FROM knox_authtoken")
