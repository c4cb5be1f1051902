setenv bootargs @CMDLINE@
load ${devtype} ${devnum}:${distro_bootpart} ${kernel_addr_r} /kernel
load ${devtype} ${devnum}:${distro_bootpart} ${fdt_addr_r} /board.dtb
load ${devtype} ${devnum}:${distro_bootpart} ${ramdisk_addr_r} /uInitrd
bootz ${kernel_addr_r} ${ramdisk_addr_r} ${fdt_addr_r}
