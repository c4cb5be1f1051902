setenv bootargs @CMDLINE@
load ${devtype} ${devnum}:${distro_bootpart} ${kernel_addr_r} /kindling.itb
bootm ${kernel_addr_r}#kindling ${kernel_addr_r}#kindling ${fdtcontroladdr}
