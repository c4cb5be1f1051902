#compdef kindling
# zsh completion for kindling(1)

# The boards of BOARD_PATH, of the tree that we are in, and those that are installed.
_kindling_boards()
{
	local -a found
	found=(${(s.:.)^BOARD_PATH}/*/defconfig(N) boards/*/defconfig(N)
		${commands[kindling]:h:h}/share/kindling/boards/*/defconfig(N))
	found=(${(u)found:h:t})
	compadd -a found
}

_kindling()
{
	local -a board config sectors json common
	board=('--board[the image is that of a board]:board:_kindling_boards')
	config=('--config[the image is configured so]:file:_files')
	sectors=('--sector-size[sectors of the disks]:bytes:(512 1024 2048 4096)')
	json=('--json[for programs]')
	common=('(- *)--help[what it takes]' '(- *)--version[the version]')

	if (( CURRENT == 2 )); then
		_values command \
			'explain[what /init does with this command line]' \
			'fits[which image or partition it takes as root, or why none]' \
			'probe[what each image, and each of its partitions, holds]' \
			'check-kernel[what this kernel lacks of what the image needs]' \
			'help[what there is]' '--help[what there is]' '--version[the version]'
		return
	fi
	shift words
	(( CURRENT-- ))
	case $words[1] in
	explain) _arguments $board $config $json $common '1:command line:' ;;
	fits) _arguments $board $config $sectors $json $common '1:command line:' '*:image:_files' ;;
	probe) _arguments $sectors $json $common '*:image:_files' ;;
	check-kernel)
		_arguments $board $config $json $common \
			'--cmdline[instead of the board'\''s]:command line:' \
			'--modules[in the image]:modules:' \
			"--type[root's file system]:type:" \
			"--fragment[print it for the kernel's merge_config.sh]" \
			'1:configuration of a kernel:_files' ;;
	esac
}

_kindling "$@"
