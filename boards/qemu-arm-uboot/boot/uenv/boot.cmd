load ${devtype} ${devnum}:${distro_bootpart} ${scriptaddr} /uEnv.txt
env import -t ${scriptaddr} ${filesize}
load ${devtype} ${devnum}:${distro_bootpart} ${kernel_addr_r} /kernel
load ${devtype} ${devnum}:${distro_bootpart} ${ramdisk_addr_r} /initramfs
bootz ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdtcontroladdr}
