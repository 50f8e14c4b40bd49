# shellcheck shell=sh
# ./dev trixie: vact on Debian 13, in a folder that debootstrap fills and chroot enters. Both need root, and mounting
# /proc and /dev in there needs more than most containers allow. The mounts are seen by these commands alone, and end
# with them.

# The mirror that apt uses here; on another system than Debian, VACT_MIRROR names one.
find_mirror()
{
    mirror=${VACT_MIRROR-}
    # shellcheck disable=SC2016 # apt's variables
    [ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' \
        2>/dev/null | sed -n 's/^Debian|Debian|//p' | head -n 1)
    [ -n "$mirror" ] || fail "trixie: apt here has no mirror of Debian: set VACT_MIRROR to one"
}

# in_trixie COMMAND...
in_trixie()
{
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount sh -c '
        mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" || exit 125
        folder=$1
        shift
        exec chroot "$folder" "$@"' sh "$trixie" "$@" </dev/null
}

trixie()
{
    [ "$(id -u)" -eq 0 ] || fail "trixie: debootstrap, chroot and mount need root"
    trixie=${VACT_TRIXIE-/var/tmp/vact-trixie}
    sources=/srv/vact-under-test # a name that tests can look for in what is installed
    need "$need_trixie"
    if [ ! -e "$trixie$sources" ]; then
        find_mirror
        may_install "debootstrap --variant=minbase trixie $trixie"
        say "installing Debian 13 into $trixie (VACT_TRIXIE names another folder, VACT_DEV_INSTALL=no forbids it):"
        say "    debootstrap --variant=minbase trixie $trixie $mirror"
        mkdir -p -- "$trixie"
        quietly "$trixie/debootstrap.log" debootstrap --variant=minbase trixie "$trixie" "$mirror" ||
            fail "trixie: debootstrap failed"
        mkdir -p -- "$trixie$sources"
    fi
    # The sources, as they are here. What was built there stays.
    find "$trixie$sources" -mindepth 1 -maxdepth 1 ! -name 'build*' -exec rm -rf -- {} +
    tar -C "$root" --exclude='./build*' --exclude='./.git' -cf - . | tar -C "$trixie$sources" --no-same-owner -xf -
    if [ $# -gt 0 ]; then
        in_trixie "$sources/dev" "$@"
        return
    fi

    status=0
    in_trixie "$sources/dev" test --release || status=$?
    [ "$status" -ne 125 ] || fail "trixie: /proc and /dev could not be mounted in $trixie"
    build_program
    kernels=$(kernel_builds | head -n 1)
    set -- accuracy --quiet --isa "$kernels" --math fast --stride 8191 --digest -
    "$root/build/vact" "$@" | grep -v '^#' >"$root/build/digests-here.txt"
    in_trixie "$sources/build/vact" "$@" | grep -v '^#' >"$root/build/digests-trixie.txt"
    if [ -s "$root/build/digests-here.txt" ] &&
        cmp -- "$root/build/digests-here.txt" "$root/build/digests-trixie.txt"; then
        echo "trixie: the same bits as here ($(grep -c . "$root/build/digests-here.txt") digests, $kernels, fast)"
    else
        fail "trixie: other bits than here"
    fi
    return "$status"
}
