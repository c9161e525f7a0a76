// luge completion: scripts with which bash and zsh complete commands, keys and values. What they know is
// walked from the commands, their keys and the registered things.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "cli/command.h"
#include "cli/families.h"
#include "core/nearest.h"
#include "experiment/key_names.h"

namespace luge::cli {
namespace {

// The names of a key that people type: the short one, and the whole one.
std::set<std::string> names_of(const std::vector<Key>& keys, const Key& key) {
  std::set<std::string> names = {key.name, experiment::short_name(keys, key)};
  names.insert(key.aliases.begin(), key.aliases.end());
  return names;
}

std::vector<std::string> values_of(const options::Info& info) {
  if (info.choices) return info.choices();
  if (info.kind == options::Kind::flag) return {"true", "false"};
  return {};
}

bool takes_list(const Key& key) { return key.info && key.info->kind == options::Kind::texts; }

// What can be said for a key; empty where only the person knows, or where it is a file.
std::vector<std::string> values_of(const Key& key) {
  if (key.option.empty() && !key.family.empty()) {
    const Family* family = find_family(key.family);
    return family ? family->names() : std::vector<std::string>();
  }
  if (const Family* family = find_family(key.name); family && takes_list(key)) return family->names();
  if (key.info) return values_of(*key.info);
  for (const experiment::OptionOf& owner : key.owners) {
    if (std::vector<std::string> values = values_of(owner.info); !values.empty()) return values;
  }
  return {};
}

// One word of a shell script: names hold letters, digits and signs that a shell leaves alone.
std::string words(const std::vector<std::string>& all) { return fmt::format("{}", fmt::join(all, " ")); }

// A function of the shell that prints what belongs to a word.
std::string table(std::string_view function, const std::map<std::string, std::string>& rows) {
  std::string text = fmt::format("{}() {{\n  case \"$1\" in\n", function);
  for (const auto& [word, printed] : rows) {
    if (!printed.empty()) text += fmt::format("    {}) echo \"{}\" ;;\n", word, printed);
  }
  return text + "  esac\n}\n";
}

// The tables that both scripts use: keys of commands, values of keys, options of registered things.
std::string tables() {
  std::vector<std::string> names = {"help"}, about;
  std::map<std::string, std::string> keys_of, values, lists, tables_of;
  for (const Command& command : commands()) {
    names.push_back(command.name);
    const std::vector<Key> keys = command.keys();
    std::vector<std::string> own;
    std::set<std::string> option_tables;
    for (const Key& key : keys) {
      for (const std::string& name : names_of(keys, key)) {
        values[name] = words(values_of(key));
        if (takes_list(key)) lists[name] = "1";
      }
      if (key.option.empty() || !key.aliases.empty()) own.push_back(experiment::short_name(keys, key));
      if (!key.option.empty()) option_tables.insert(key.name.substr(0, key.name.find('.')));
    }
    if (experiment::find_key(keys, "train.epochs")) own.push_back("config");
    keys_of[command.name] = words(own);
    tables_of[command.name] = words({option_tables.begin(), option_tables.end()});
  }
  std::vector<std::string> many;
  std::map<std::string, std::set<std::string>> options;
  for (const Family* family : families()) {
    many.push_back(family->called().many);
    for (const std::string& name : family->names()) {
      about.push_back(fmt::format("{}={}", family->called().one, name));
      if (family->called().key.empty()) continue;
      const std::string prefix = option_prefix(*family, name), table = prefix.substr(0, prefix.find('.'));
      for (const options::Info& option : family->member(name).options) {
        options[table].insert(prefix + option.name);
        options[fmt::format("{}={}", table, name)].insert(prefix + option.name);
      }
    }
  }
  std::map<std::string, std::string> options_of;
  for (const auto& [word, all] : options) options_of[word] = words({all.begin(), all.end()});
  return fmt::format("_luge_commands=\"{}\"\n_luge_kinds=\"{}\"\n_luge_things=\"{}\"\n", words(names),
                     words(many), words(about)) +
         table("_luge_keys", keys_of) + table("_luge_tables", tables_of) + table("_luge_values", values) +
         table("_luge_is_list", lists) + table("_luge_options", options_of);
}

// Common to both: the words that may follow, from the words before and the beginning of the present one.
constexpr std::string_view kShared =
    R"sh(# The options of what the words choose, such as optimizer=adam; of all where they choose nothing.
_luge_option_keys() {
  local table word name names IFS=$' \t\n,'
  for table in $(_luge_tables "$1"); do
    names=
    for word in "${_luge_words[@]}"; do
      case "$word" in
        "$table="*|"$table.name="*|*".$table="*) names=${word#*=} ;;
      esac
    done
    if [ -z "$names" ]; then _luge_options "$table"; continue; fi
    for name in $names; do _luge_options "$table=$name"; done
  done
}
)sh";

// clang-format off: scripts
constexpr std::string_view kBash = R"sh(_luge() {
  local line=${COMP_LINE:0:COMP_POINT} current command key value before= IFS=$' \t\n'
  read -r -a _luge_words <<< "$line"
  case "$line" in *" ") current= ;; *) current=${_luge_words[${#_luge_words[@]}-1]} ;; esac
  COMPREPLY=()
  command=${COMP_WORDS[1]}
  if [ "$COMP_CWORD" -le 1 ]; then
    COMPREPLY=($(compgen -W "$_luge_commands" -- "$current"))
    return
  fi
  case "$command" in
    help)
      COMPREPLY=($(compgen -W "$_luge_commands $_luge_kinds $_luge_things" -- "$current"))
      case "$current" in *=*) COMPREPLY=("${COMPREPLY[@]#*=}") ;; esac
      return ;;
    list) COMPREPLY=($(compgen -W "$_luge_kinds" -- "$current")); return ;;
    completion) COMPREPLY=($(compgen -W "bash zsh" -- "$current")); return ;;
  esac
  case "$current" in
    *=*)
      key=${current%%=*} value=${current#*=}
      if [ -n "$(_luge_is_list "$key")" ]; then
        case "$value" in *,*) before=${value%,*}, value=${value##*,} ;; esac
      fi
      COMPREPLY=($(compgen -P "$before" -W "$(_luge_values "$key")" -- "$value"))
      if [ ${#COMPREPLY[@]} -eq 0 ]; then
        COMPREPLY=($(compgen -f -- "$value"))
        compopt -o filenames 2>/dev/null
      fi ;;
    *.*)
      COMPREPLY=($(compgen -S = -W "$(_luge_option_keys "$command")" -- "$current"))
      compopt -o nospace 2>/dev/null ;;
    *)
      COMPREPLY=($(compgen -S = -W "$(_luge_keys "$command")" -- "$current")
                 $(compgen -S . -W "$(_luge_tables "$command")" -- "$current"))
      compopt -o nospace 2>/dev/null ;;
  esac
}
complete -F _luge luge
)sh";

constexpr std::string_view kZsh = R"sh(_luge() {
  emulate -L zsh -o sh_word_split
  local current=$PREFIX command=${words[2]} key
  local -a _luge_words found
  _luge_words=("${(@)words}")
  if (( CURRENT == 2 )); then
    found=($_luge_commands); compadd -a found; return
  fi
  case $command in
    help) found=($_luge_commands $_luge_kinds $_luge_things); compadd -a found; return ;;
    list) found=($_luge_kinds); compadd -a found; return ;;
    completion) compadd bash zsh; return ;;
  esac
  case $current in
    *=*)
      key=${current%%=*}
      compset -P '*='
      if [[ -n $(_luge_is_list $key) ]]; then compset -P '*,'; fi
      found=($(_luge_values $key))
      if (( $#found )); then compadd -a found; else _files; fi ;;
    *.*) found=($(_luge_option_keys $command)); compadd -S = -a found ;;
    *)
      found=($(_luge_keys $command)); compadd -S = -a found
      found=($(_luge_tables $command)); compadd -S . -a found ;;
  esac
}
)sh";
// clang-format on

int print_script(const Arguments& arguments) {
  const std::string shell = arguments.positional().empty() ? "" : arguments.positional()[0];
  if (shell == "bash") {
    fmt::print("# Completion of luge in bash. In ~/.bashrc:  eval \"$(luge completion bash)\"\n{}{}{}",
               tables(), kShared, kBash);
  } else if (shell == "zsh") {
    fmt::print(
        "#compdef luge\n# Completion of luge in zsh: write this to a folder of $fpath, as "
        "_luge.\n{}{}{}_luge \"$@\"\n",
        tables(), kShared, kZsh);
  } else {
    throw Misuse(shell.empty() ? "luge completion: for which shell? luge completion bash, or zsh"
                               : fmt::format("luge completion: '{}' is not known{}", shell,
                                             suggestion(shell, {"bash", "zsh"})));
  }
  return 0;
}

const Registration registration_completion(
    {"completion",
     "a script with which bash or zsh complete commands, keys and values",
     {"completion bash", "completion zsh"},
     {},
     1,
     print_script});

}  // namespace
}  // namespace luge::cli
