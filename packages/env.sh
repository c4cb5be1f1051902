# Where downloads and built things live, and how these scripts speak. Read with
#
#     . "${0%/*}/env.sh"
#
# by every script of packages/, by qemu/kernel and qemu/stock.
#
#     CACHE    everything built, keyed by what it was built from; safe to delete
#     DL_DIR   source files as their publishers ship them; filled once, builds need no network
#     V        1 shows the commands and their whole output

# say WHAT TEXT: one progress line on stderr, as the kernel's build prints them
say() { printf '  %-7s %s\n' "$1" "$2" >&2; }

# die LINE...: the reason, one line each, and the end
die() { printf "${0##*/}: %s\n" "$@" >&2; exit 1; }

# lock NAME: hold the lock NAME until this script ends; says so when it has to wait
lock() {
	exec 9>"$CACHE/$1.lock"
	flock -n 9 || { say WAIT "for another build ($1)"; flock 9; }
}

# logged LOG COMMAND...: its output goes to LOG, with V=1 to stderr as well;
# when it fails, the end of the log tells why
logged() {
	log=$1
	shift
	if [ -n "$V" ]; then
		{ "$@" 2>&1 && : >"$log.ok"; } | tee -a "$log" >&2
		[ -e "$log.ok" ] && rm "$log.ok"
	else
		"$@" >>"$log" 2>&1 || { tail -n 30 "$log" >&2; return 1; }
	fi
}

if [ -z "${CACHE:-}" ]; then
	caches=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
	[ -n "$caches" ] || die "HOME is not set: no place to keep what is built; set it, or CACHE=DIR"
	CACHE=$caches/kindling
fi
DL_DIR=${DL_DIR:-$CACHE/dl}
V=${V:-}
case $CACHE in /*) ;; *) CACHE=$PWD/$CACHE ;; esac
case $DL_DIR in /*) ;; *) DL_DIR=$PWD/$DL_DIR ;; esac
export CACHE DL_DIR V
# sort, hash and collate the same everywhere
export LC_ALL=C

# What is built there is named in options of compilers and in makefiles, the kernel's too.
case $CACHE in *[[:space:]\'\"\`\$\&\;:\(\)\<\>\|*?\\\#%=]*)
	die "CACHE=$CACHE: no build in a path with a space, quote or the like; set another CACHE=DIR" ;;
esac
mkdir -p "$CACHE" 2>/dev/null || die "CACHE=$CACHE: cannot be made; set another CACHE=DIR"
