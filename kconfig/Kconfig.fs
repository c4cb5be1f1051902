# One option for each file in init/plan/super/: FS_NAME is name.c.

config PROBE
	bool "Identify what a device holds"
	default y
	help
	  Read root's superblock: its type is then known, so that the kernel
	  mounts it at once, and members of a RAID, LVM, LUKS or swap are never
	  mounted. root=UUID= and LABEL= need this. Below: the formats that are
	  known. Without it, each file system of the kernel is tried in turn.

config ROOT_TAG
	depends on PROBE
	bool "root=UUID=, LABEL=, PARTUUID=, PARTLABEL="
	default y
	help
	  Find root by what is written on it, wherever it is plugged in, and in
	  the forms /dev/disk/by-uuid/X and so on. Without this root is a device
	  name or number.

config ROOT_GPT_AUTO
	bool "root=gpt-auto (the partition of root's type)"
	depends on ROOT_TAG
	help
	  systemd's word: root is the GPT partition whose type is that of a root
	  for this CPU (Discoverable Partitions Specification), on whatever disk,
	  with EFI or without. Of two such partitions neither is taken. One with
	  the no-auto attribute does not count, and one that is read-only is
	  mounted so, whatever rw says. With roothash= the root hash says which
	  partition it is.

config ROOT_FLASH
	bool "root=mtdN, mtd:NAME, ubiN_M, ubiN:VOLUME (raw flash)"
	help
	  Root on an MTD device (jffs2, romfs, cramfs) or a UBI volume (ubifs).
	  Which MTD device UBI attaches is the kernel's parameter ubi.mtd=.

config ROOT_SHARE
	bool "root=TAG with rootfstype=9p or virtiofs"
	help
	  Root is a directory of the machine that runs this one.

if PROBE

config FS_EXT
	bool "ext2, ext3, ext4"
	default y
	help
	  What most roots are that are written to.

config FS_SQUASHFS
	bool "squashfs"
	default y
	help
	  Read-only and compressed: roots of OpenWrt, Buildroot, live media. It has
	  no UUID and no label: name the partition.

config FS_EROFS
	bool "erofs"
	default y
	help
	  Read-only, as squashfs, and read faster: roots of Android and others.

config FS_F2FS
	bool "f2fs"
	default y
	help
	  For SD cards and eMMC that are written to much.

config FS_BTRFS
	bool "btrfs"
	default y
	help
	  Subvolumes and snapshots (rootflags=subvol=); several devices too.

config FS_XFS
	bool "xfs"
	help
	  The root of Red Hat's systems and of many servers.

config FS_FAT
	bool "vfat (FAT12, FAT16, FAT32)"
	help
	  Seldom root, but the boot partition beside it: when root is not found
	  it is shown with its type and label.

config FS_EXFAT
	bool "exfat"
	help
	  As vfat: large cards and sticks as they are sold.

config FS_NTFS
	bool "ntfs"
	help
	  As vfat: Windows' own.

config FS_ISO9660
	bool "iso9660"
	help
	  CDs, and sticks that an .iso was written to: root=LABEL= of live media.

config FS_JFFS2
	bool "jffs2 (on MTD)"
	help
	  Root on raw NOR or NAND flash without UBI: root=mtdN, which "raw flash"
	  above is for.

config FS_UBIFS
	bool "ubifs (on UBI volumes)"
	help
	  Root on raw NAND flash: root=ubiN_M, which "raw flash" above is for.

config FS_CRAMFS
	bool "cramfs"
	help
	  Read-only and small, on MTD (XIP) or a disk. It has no UUID.

config FS_ROMFS
	bool "romfs"
	help
	  Read-only and the smallest, on MTD or a disk. It has no UUID.

config FS_MINIX
	bool "minix"
	help
	  Old and very small systems. It has no UUID and no label.

config FS_NILFS2
	bool "nilfs2"
	help
	  Log-structured, with snapshots of every moment.

config FS_MEMBERS
	bool "What must not be mounted: md RAID, LVM, LUKS, swap, parts of bcachefs"
	default y
	help
	  These are recognized and never mounted, even where a file system shows
	  through: half of a RAID1 looks like a whole disk. A bcachefs on one
	  device is mounted, one on several is not.

config FS_VOLUMES
	bool "The same of bcache, DRBD, ZFS, BitLocker, dm-verity, dm-integrity"
	help
	  What is seldom met on a board.

endif
