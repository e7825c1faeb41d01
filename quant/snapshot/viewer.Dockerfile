# A snapshot of Bitfront in a container: read-only, and without anything that measures.
#   docker build -t bitfront-view . && docker run --rm -p 7860:7860 bitfront-view
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --create-home --uid 1000 viewer
WORKDIR /app

# Requirements first: they change seldom and take long.
COPY requirements.txt ./
RUN pip install --prefer-binary -r requirements.txt

# Files belong to root and are only read; compiled here, because the viewer cannot write them.
COPY . .
RUN chmod -R a+rX . && python -m compileall -q app.py pages quant models

USER viewer
EXPOSE 7860

HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD python -c "from os import environ; from urllib.request import urlopen; assert urlopen(f'http://127.0.0.1:{environ.get(\"PORT\", \"7860\")}/_stcore/health', timeout=4).read() == b'ok'"

# Hosts that choose the port say so in PORT.
CMD ["sh", "-c", "exec python -m pages.parts.serve \"${PORT:-7860}\" --server.address 0.0.0.0"]
