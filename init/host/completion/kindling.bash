# bash completion for kindling(1)

# The boards of BOARD_PATH, of the tree that we are in, and those that are installed.
_kindling_boards()
{
	local program folder file
	program=$(command -v kindling)
	local IFS=:
	for folder in $BOARD_PATH boards "${program%/bin/*}/share/kindling/boards"; do
		for file in "$folder"/*/defconfig; do
			[ -e "$file" ] || continue
			file=${file%/defconfig}
			printf '%s\n' "${file##*/}"
		done
	done
}

_kindling()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} options
	local IFS=$'\n'

	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		COMPREPLY=($(compgen -W $'explain\nfits\nprobe\ncheck-kernel\nhelp\n--help\n--version' -- "$word"))
		return
	fi
	case $before in
	--board)
		COMPREPLY=($(compgen -W "$(_kindling_boards)" -- "$word"))
		return ;;
	--sector-size)
		COMPREPLY=($(compgen -W $'512\n1024\n2048\n4096' -- "$word"))
		return ;;
	--cmdline | --modules | --type)
		return ;;
	esac
	case ${COMP_WORDS[1]} in
	explain) options='--board --config --json' ;;
	fits) options='--board --config --sector-size --json' ;;
	probe) options='--sector-size --json' ;;
	check-kernel) options='--board --config --cmdline --modules --type --fragment --json' ;;
	*) return ;;
	esac
	if [[ $before != --config && $word == -* ]]; then
		COMPREPLY=($(IFS=' '; compgen -W "$options --help --version" -- "$word"))
	elif [[ $before == --config || ${COMP_WORDS[1]} != explain ]]; then
		compopt -o filenames 2>/dev/null
		COMPREPLY=($(compgen -f -- "$word"))
	fi
}

complete -F _kindling kindling
