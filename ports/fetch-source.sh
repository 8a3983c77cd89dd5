#!/bin/sh
# Fetch the source of a package as Debian packages it: fetch-source.sh PACKAGE DIR [SUITE]
#
# bookworm has no micropython. trixie, which is the default, has micropython 1.25.0 and mbedtls 3.6; sid has later ones.
# The address of the archive comes from this machine's own apt configuration, and everything apt writes goes under
# DIR.apt, so the system's configuration and lists stay as they are. DIR appears only once it is complete; if it is there,
# nothing is done.
set -eu

package=$1 dir=$2 suite=${3:-trixie}

die() {
    echo "fetch-source: $package: $*" >&2
    echo "Or give the build a MicroPython tree of your own, 1.25 or later: make ... MPY_DIR=/path/to/micropython" >&2
    exit 1
}

[ ! -d "$dir" ] || exit 0

command -v apt-get >/dev/null || die "this is not Debian (no apt-get)."
# shellcheck disable=SC2016 # apt expands them
archive=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' |
    awk '$2 == "Debian" { print $1; exit }')
[ -n "$archive" ] || die "apt's configuration names no archive of Debian itself."
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || die "no $keyring (package debian-archive-keyring)."

apt=$dir.apt
rm -rf "$apt"
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/src"
apt=$(cd "$apt" && pwd)
echo "deb-src [signed-by=$keyring] $archive $suite main" >"$apt/sources.list"

# The user _apt, to whom apt steps down when root, may not be able to reach a folder under root's home.
private_apt() {
    apt-get -q -o APT::Sandbox::User=root -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" \
        -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null "$@"
}
private_apt update || die "apt could not read the index of $suite."
(cd "$apt/src" && private_apt source --download-only "$package") || die "apt could not fetch the source package."

set -- "$apt/src/$package"_*.orig.tar.*
[ -f "$1" ] || die "the source package has no original tarball."
mkdir "$apt/tree"
tar -x -f "$1" -C "$apt/tree" --strip-components=1
rm -rf "$dir"
mv "$apt/tree" "$dir"
rm -rf "$apt"
