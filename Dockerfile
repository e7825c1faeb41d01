# Bitfront in a container. The store, artifacts and caches live in the volume /data:
#   docker build -t bitfront .
#   docker run --rm -p 8501:8501 -v bitfront:/data bitfront
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app

# Requirements first: they change seldom and take long.
COPY requirements.txt ./
RUN pip install --prefer-binary -r requirements.txt

# An ordinary user owns the data and nothing else.
RUN useradd --create-home --uid 10001 bitfront \
    && install -d -o bitfront -g bitfront /data
COPY . .

USER bitfront
ENV BITFRONT_HOME=/data
VOLUME /data
EXPOSE 8501

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; assert urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4).read() == b'ok'"]

CMD ["python", "-m", "pages.parts.serve", "8501", "--server.address", "0.0.0.0"]
