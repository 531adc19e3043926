# syntax=docker/dockerfile:1
# The binary `devmentor` as a team's server. Built in one image, run in another that has nothing but it.
FROM node:22-bookworm-slim AS dashboard
WORKDIR /src
COPY web-dashboard/package.json web-dashboard/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY web-dashboard ./
RUN npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=dashboard /src/dist web-dashboard/dist
# What was built stays in the builder's cache, so a change of our code does not build every dependency again.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release --package daemon --bin devmentor \
    && install -D target/release/devmentor /out/devmentor

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin devmentor \
    && install -d -o devmentor -g devmentor -m 0700 /data
COPY --from=build /out/devmentor /usr/local/bin/devmentor
USER 10001:10001
ENV DEVMENTOR_DATA=/data DEVMENTOR_LISTEN=0.0.0.0:7340 DEVMENTOR_REGISTRATION=closed DEVMENTOR_LOG_FORMAT=json
VOLUME /data
EXPOSE 7340
# `ready` also says no while the node stops, so that nobody sends it more.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["devmentor", "admin", "health", "http://127.0.0.1:7340/health/ready"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["devmentor"]
CMD ["serve"]
