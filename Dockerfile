# The API, the worker and the migrations are one image with three commands.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /srv/lehrwerk
COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt

COPY pyproject.toml README.md ./
COPY app ./app
COPY migrations ./migrations
RUN pip install --no-deps . \
    && useradd --system --uid 10001 --create-home lehrwerk \
    && install -d -o lehrwerk /var/lib/lehrwerk

USER lehrwerk
ENV LEHRWERK_ENVIRONMENT=production \
    LEHRWERK_DATA_DIR=/var/lib/lehrwerk
VOLUME ["/var/lib/lehrwerk"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
CMD ["lehrwerk", "serve", "--host", "0.0.0.0", "--port", "8000"]
