# Paperboy in a container. Build and start it with `docker compose up --detach`; see compose.yaml.
FROM python:3.11-slim-trixie AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
RUN ["python", "-m", "venv", "/opt/paperboy"]
# What the bot needs, by hash. It changes less often than the bot itself, and so is a layer of its own.
COPY requirements.lock ./
RUN ["/opt/paperboy/bin/pip", "install", "--require-hashes", "--only-binary", ":all:", "--requirement", "requirements.lock"]
COPY . .
RUN ["/opt/paperboy/bin/pip", "install", "--no-deps", "--no-index", "--no-build-isolation", "."]
# What is only needed to install is not needed to run.
RUN ["/opt/paperboy/bin/python", "-m", "pip", "uninstall", "--yes", "setuptools", "pip"]

FROM python:3.11-slim-trixie

# pg_dump, pg_restore and psql, for backups of a database on a PostgreSQL server.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin paperboy \
    && install --directory --owner=paperboy --group=paperboy --mode=0700 /data
COPY --from=build /opt/paperboy /opt/paperboy
ENV PATH=/opt/paperboy/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    DATABASE_URL=sqlite+aiosqlite:////data/paperboy.db \
    METRICS_HOST=0.0.0.0 \
    METRICS_PORT=9464
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 9464
# Asks the bot itself; the image holds no curl. `/livez` fails when starting again could help.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"METRICS_PORT\"]}/livez', timeout=8)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["paperboy"]
CMD ["run"]
