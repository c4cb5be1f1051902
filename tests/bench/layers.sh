#!/bin/sh -e
# The root that kindling puts together of these words, by busybox and veritysetup. What kindling finds out
# by itself is given: the types, and where the tree is (hashoffset=). Nothing is waited for and nothing
# checked; like kindling's, the mounts that only root's layers need are gone when init starts.
mount -t devtmpfs dev /dev
mount -t proc proc /proc
read -r line </proc/cmdline
for word in $line; do
	case $word in
	root=*) root=${word#*=} ;;
	loop=*) loop=${word#*=} ;;
	roothash=*) hash=${word#*=} ;;
	hashoffset=*) offset=${word#*=} ;;
	rd.overlay) upper=tmpfs ;;
	rd.overlay=*) upper=${word#*=} ;;
	esac
done

if [ "$loop" ]; then
	mount -t ext4 -o ro "$root" /holder
	mount -t squashfs -o ro,loop "/holder$loop" /root
	umount -l /holder
elif [ "$hash" ]; then
	# there is no udev that would answer
	DM_DISABLE_UDEV=1 veritysetup open "$root" root "$root" "$hash" --hash-offset="$offset"
	mount -t squashfs -o ro /dev/mapper/root /root
else
	mount -t squashfs -o ro "$root" /root
fi

if [ "$upper" ]; then
	if [ "$upper" = tmpfs ]; then
		dir=/upper
		mount -t tmpfs tmpfs /upper
		mkdir /upper/upper /upper/work
	else
		dir=/upper/overlay/${hash:0:32}
		mount -t ext4 "$upper" /upper
	fi
	mount --move /root /lower
	mount -t overlay -o "lowerdir=/lower,upperdir=$dir/upper,workdir=$dir/work" overlay /root
	umount -l /lower
	umount -l /upper
fi

umount /proc
mount --move /dev /root/dev
exec switch_root /root /sbin/init
