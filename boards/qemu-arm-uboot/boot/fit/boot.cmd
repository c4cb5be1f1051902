setenv bootargs @CMDLINE@
setenv fdt_high
setenv initrd_high
load ${devtype} ${devnum}:${distro_bootpart} ${ramdisk_addr_r} /kindling.itb
bootm ${ramdisk_addr_r}#kindling ${ramdisk_addr_r}#kindling ${fdtcontroladdr}
