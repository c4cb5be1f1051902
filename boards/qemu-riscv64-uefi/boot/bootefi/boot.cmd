setenv bootargs @CMDLINE@ initrd=\\initramfs
load ${devtype} ${devnum}:${distro_bootpart} ${kernel_addr_r} /kernel.efi
bootefi ${kernel_addr_r} ${fdtcontroladdr}
