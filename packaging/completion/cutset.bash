# Bash completion of cutset. Options are read from "cutset COMMAND --help", so they are never out of date.
_cutset() {
  local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]-} commands="run check analyze diff solve verify replay play report judge lint fmt grade"
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$current")
  elif [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(cutset "$command" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*' | sort -u)" -- "$current")
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -F _cutset cutset
