# fish completion for kindling(1)

# The boards of BOARD_PATH, of the tree that we are in, and those that are installed.
function __kindling_boards
	set -l share (string replace -r '/bin/[^/]*$' /share/kindling/boards (command -s kindling))
	for folder in (string split -n : "$BOARD_PATH") boards $share
		for file in $folder/*/defconfig
			string replace -r '.*/([^/]*)/defconfig$' '$1' $file
		end
	end
end

complete -c kindling -n __fish_use_subcommand -f -a explain -d 'what /init does with this command line'
complete -c kindling -n __fish_use_subcommand -f -a fits -d 'which image or partition it takes as root, or why none'
complete -c kindling -n __fish_use_subcommand -f -a probe -d 'what each image, and each of its partitions, holds'
complete -c kindling -n __fish_use_subcommand -f -a check-kernel -d 'what this kernel lacks of what the image needs'
complete -c kindling -n __fish_use_subcommand -f -a help -d 'what there is'
complete -c kindling -l help -d 'what it takes'
complete -c kindling -l version -d 'the version'
complete -c kindling -n '__fish_seen_subcommand_from explain' -f
complete -c kindling -n '__fish_seen_subcommand_from explain fits probe check-kernel' -l json -d 'for programs'
complete -c kindling -n '__fish_seen_subcommand_from explain fits check-kernel' -l board -x -a '(__kindling_boards)' -d 'the image is that of a board'
complete -c kindling -n '__fish_seen_subcommand_from explain fits check-kernel' -l config -r -F -d 'the image is configured so'
complete -c kindling -n '__fish_seen_subcommand_from fits probe' -l sector-size -x -a '512 1024 2048 4096' -d 'sectors of the disks'
complete -c kindling -n '__fish_seen_subcommand_from check-kernel' -l cmdline -x -d 'the command line'
complete -c kindling -n '__fish_seen_subcommand_from check-kernel' -l modules -x -d 'in the image'
complete -c kindling -n '__fish_seen_subcommand_from check-kernel' -l type -x -d "root's file system"
complete -c kindling -n '__fish_seen_subcommand_from check-kernel' -l fragment -d "print it for the kernel's merge_config.sh"
