# A Debian with all that `make test` installs, so that a container starts at once. Its steps are those of the project's own set-up.
#
#     docker build -t uasyncio-priority . && docker run --rm -it uasyncio-priority make demo
FROM debian:12

# What the set-up starts from: git, make and a Rust toolchain.
RUN apt-get update && apt-get install -y --no-install-recommends git make curl ca-certificates gcc libc6-dev
ENV PATH=/root/.cargo/bin:$PATH
RUN curl --proto =https -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal -c rustfmt -c clippy

WORKDIR /uasyncio-priority
COPY . .
RUN ports/setup.sh demo test budget http libraries qemu cores archives recipes pico mpy release docs stubs
RUN make unix
CMD ["make", "demo"]
