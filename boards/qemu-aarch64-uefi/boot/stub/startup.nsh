kernel.efi @CMDLINE@ initrd=\initramfs
