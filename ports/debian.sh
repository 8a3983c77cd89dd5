# Packages of one suite of Debian, for the script that reads this. It defines die().
#
# The address of the archive comes from this machine's own apt configuration, and everything apt writes goes under $apt, so
# the system's configuration and lists stay as they are.

# open_suite DIR SUITE: the lists of packages, in DIR, which is made anew: $apt is its name. Fetch into $apt/src.
open_suite() {
    command -v apt-get >/dev/null || die "this is not Debian (no apt-get)."
    # shellcheck disable=SC2016 # apt expands them
    archive=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' |
        awk '$2 == "Debian" { print $1; exit }')
    [ -n "$archive" ] || die "apt's configuration names no archive of Debian itself."
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -r "$keyring" ] || die "no $keyring (package debian-archive-keyring)."
    rm -rf "$1"
    mkdir -p "$1/lists/partial" "$1/cache/archives/partial" "$1/src"
    apt=$(cd "$1" && pwd)
    for kind in deb deb-src; do
        echo "$kind [signed-by=$keyring] $archive $2 main"
    done >"$apt/sources.list"
    private_apt update || die "apt could not read the index of $2."
}

# The user _apt, to whom apt steps down when root, may not be able to reach a folder under root's home.
private_apt() {
    apt-get -q -o APT::Sandbox::User=root -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" \
        -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null "$@"
}

# fetch_source PACKAGE DIR [PATH...]: its original source, unpacked, or only those paths of it.
fetch_source() {
    (cd "$apt/src" && private_apt source --download-only "$1") || die "apt could not fetch the source package $1."
    package=$1 to=$2
    shift 2
    for tarball in "$apt/src/${package}"_*.orig.tar.*; do
        [ -f "$tarball" ] || die "the source package $package has no original tarball."
    done
    for path in "$@"; do
        shift
        set -- "$@" "*/$path"
    done
    mkdir -p "$to"
    tar -x -f "$tarball" -C "$to" --strip-components=1 --wildcards "${@:-*}"
}

# fetch_package PACKAGE DIR: what it would install, unpacked.
fetch_package() {
    (cd "$apt/src" && private_apt download "$1") || die "apt could not fetch the package $1."
    dpkg -x "$apt/src/${1}"_*.deb "$2"
}
