#include "cli/completion_scripts.h"

namespace gt {

namespace {

// Bash breaks words at `=` and takes the last piece; candidates for it begin behind the `=`. Quotes
// are taken away, since words come as they were typed.
constexpr std::string_view bash_script =
    R"(# bash completion of geartrain: source <(geartrain completion bash)
_geartrain() {
  local words=() word line prefix="" joins=0
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    word=${word//[\'\"\\]/}
    if [[ $word == = || $joins == 1 ]] && ((${#words[@]} > 0)); then
      words[-1]+=$word
    else
      words+=("$word")
    fi
    if [[ $word == = ]]; then joins=1; else joins=0; fi
  done
  if ((${#words[@]} > 0)) && [[ ${words[-1]} == --*=* ]]; then prefix=${words[-1]%%=*}=; fi
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o default ;;
      :folders) compopt -o dirnames ;;
      :goes-on) compopt -o nospace ;;
      *)
        line=${line%%$'\t'*}
        line=${line#"$prefix"}
        if [[ ${COMP_WORDS[COMP_CWORD]} != [\'\"]* ]]; then printf -v line %q "$line"; fi
        COMPREPLY+=("$line")
        ;;
    esac
  done < <("${COMP_WORDS[0]}" completion words -- "${words[@]}" 2>/dev/null)
}
complete -F _geartrain geartrain
)";

constexpr std::string_view zsh_script = R"(#compdef geartrain
# zsh completion of geartrain: source <(geartrain completion zsh), after compinit
_geartrain() {
  local line value description
  local -a candidates more
  for line in "${(@f)$("$words[1]" completion words -- "${(@)words[2,CURRENT]//[\'\"\\]/}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :files) _files; return ;;
      :folders) _files -/; return ;;
      :goes-on) more=(-S '') ;;
      *)
        value=${line%%$'\t'*}
        description=${line#*$'\t'}
        candidates+=("${value//:/\\:}:$description")
        ;;
    esac
  done
  _describe geartrain candidates "${more[@]}"
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _geartrain "$@"
else
  compdef _geartrain geartrain
fi
)";

constexpr std::string_view fish_script =
    R"(# fish completion of geartrain: geartrain completion fish | source
function __geartrain_words
  set -l words (commandline -opc)
  set -l last (commandline -ct)
  for line in ($words[1] completion words -- $words[2..-1] "$last" 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path "$last"
      case ':folders'
        __fish_complete_directories "$last"
      case ':goes-on'
      case '*'
        printf '%s\n' $line
    end
  end
end
complete -c geartrain -f -a '(__geartrain_words)'
)";

}  // namespace

std::optional<std::string_view> completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script;
  if (shell == "zsh") return zsh_script;
  if (shell == "fish") return fish_script;
  return std::nullopt;
}

}  // namespace gt
