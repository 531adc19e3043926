# syntax=docker/dockerfile:1
ARG RUST_VERSION=1.80
ARG TARGET

# Compiles the server.
FROM rust:${RUST_VERSION}-slim AS build
WORKDIR /src
ENV CARGO_HOME=/cargo \
    RUSTFLAGS="-C target-cpu=native"
ENV LEGACY value with spaces
ARG FEATURES="default"
COPY . .
RUN --mount=type=cache,target=/cargo \
    cargo build --release --features "$FEATURES"

# TODO: pin the digest
FROM --platform=linux/amd64 node:20 AS assets
ENV NODE_ENV=production
RUN <<EOF
npm ci
npm run build
EOF

FROM debian:bookworm-slim
LABEL org.example.title="server" maintainer=ops
COPY --from=build /src/target/release/server /usr/bin/server
COPY --from=assets /src/dist /var/www
EXPOSE 8080/tcp
VOLUME /data
USER nobody
HEALTHCHECK --interval=30s CMD curl -f http://localhost:8080/health
ENTRYPOINT ["/usr/bin/server"]
CMD ["--port", "8080"]

FROM scratch AS before
ENV KEPT=1

FROM AS ] [
WRONG ((

FROM alpine AS after
ENV ALSO_KEPT=2
