# The service as one image: docker-compose.yml runs it as web server, as worker and to prepare.
FROM python:3.13-slim-bookworm

RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /srv/astra astra \
    && install --directory --owner astra --group astra /srv/astra /var/lib/astra

USER astra
WORKDIR /srv/astra
ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PATH=/srv/astra/.venv/bin:$PATH \
    ASTRA_HOST=0.0.0.0 \
    ASTRA_DATA_DIR=/var/lib/astra

# First what seldom changes: `make run` installs in the same way.
COPY --chown=astra:astra Makefile requirements.txt ./
RUN make .venv/run.stamp
COPY --chown=astra:astra . .

VOLUME /var/lib/astra
EXPOSE 8000 8443
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=6 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/simulator/v1/ready', timeout=4)"]
CMD ["python", "manage.py", "serve"]
