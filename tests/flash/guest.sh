# What runs in the guest: PID 1, from this machine's own root, read-only by 9p. Below `flash`, `image`
# and `images` are set, and the cases follow.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mkdir /dev/mnt /dev/root

# link NAME DISK: the disk that this pattern finds is /dev/NAME, and its partitions /dev/NAME1 ...
link() {
	until [ -e $2 ]; do sleep 0.1; done
	disk=$(basename $2)
	ln -s "$disk" "/dev/$1"
	for number in 1 2 3 4; do ln -s "$disk$number" "/dev/$1$number"; done
}
usb() { link "$1" "/sys/bus/usb/devices/*-$2/*/host*/target*/*/block/*"; }
scsi() { link "$1" "/sys/bus/scsi/devices/*:0:$2:0/block/*"; }

# whole_system: a root on /dev/system, otherwise this one
whole_system() {
	mount -o ro /dev/system /dev/root
	for folder in /dev/root/*/; do
		name=/$(basename "$folder")
		[ ! -d "$name" ] || mount --bind "$name" "$folder"
	done
}

# while_asking COMMAND...: run it while flash waits for its answer about /dev/used
while_asking() {
	mkfifo /dev/answer
	"$flash" "$image" /dev/used </dev/answer >/dev/said 2>&1 &
	exec 3>/dev/answer
	until grep -q 'Type yes' /dev/said; do sleep 0.2; done
	"$@" || :
	echo no >&3
	exec 3>&-
	wait $!
	cat /dev/said
	return 1
}
