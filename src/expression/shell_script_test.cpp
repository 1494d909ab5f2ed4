#include "expression/shell_script.h"

#include <array>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <rapidcheck.h>
#include <spawn.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/test_folder.h"

namespace gt {
namespace {

struct BashResult {
  int status = 0;
  std::string output;
  std::string errors;
};

BashResult run_bash(const std::string& script) {
  const TestFolder folder;
  const std::string file = folder.write("script", script);
  const std::string output = folder / "output";
  const std::string errors = folder / "errors";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY | O_CREAT, 0600);
  std::array<std::string, 4> words = {"bash", "-euo", "pipefail", file};
  std::array<char*, 5> argv = {words[0].data(), words[1].data(), words[2].data(), words[3].data(),
                               nullptr};
  const std::string path = std::string("PATH=") + std::getenv("PATH");
  const std::string scratch = "SCRATCH=" + folder.path();
  std::array<std::string, 3> variables = {path, scratch, "LC_ALL=C.UTF-8"};
  std::array<char*, 4> environment = {variables[0].data(), variables[1].data(), variables[2].data(),
                                      nullptr};
  pid_t child = 0;
  REQUIRE(posix_spawnp(&child, "bash", &actions, nullptr, argv.data(), environment.data()) == 0);
  posix_spawn_file_actions_destroy(&actions);
  BashResult result;
  REQUIRE(waitpid(child, &result.status, 0) == child);
  result.output = *read_file(output);
  result.errors = *read_file(errors);
  return result;
}

ValueContext context_of(const std::string& value) {
  return ValueContext(ValueObject{{"v", value},
                                  {"none", ValueList{}},
                                  {"list", ValueList{"a b", value, "", 5}},
                                  {"n", 3},
                                  {"negative", -3},
                                  {"flag", true},
                                  {"x", 2.0},
                                  {"later", Unknown{"not known yet"}}});
}

ShellScript compiled(std::string_view script) {
  Problems problems;
  auto result = ShellScript::compile(script, {}, problems);
  CAPTURE(script);
  for (const Problem& problem : problems) INFO(problem.message);
  REQUIRE(problems == Problems{});
  return *result;
}

std::string instantiated(std::string_view script, const std::string& value) {
  auto text = compiled(script).instantiate(context_of(value));
  INFO(std::string(script));
  REQUIRE_MESSAGE(text.ok(), text.error().message);
  return *text;
}

// A place for a value, and the words that `show` gets; % stands for the value in them.
struct Place {
  const char* script;
  std::vector<std::string> words;
};

const std::vector<Place>& places() {
  static const std::vector<Place> all = {
      {"show ${{ v }}", {"%"}},
      {"show \"${{ v }}\"", {"%"}},
      {"show '${{ v }}'", {"%"}},
      {"show $'${{ v }}'", {"%"}},
      {"show $\"${{ v }}\"", {"%"}},
      {"show a${{ v }}b${{ v }} c", {"a%b%", "c"}},
      {"show \"a ${{ v }} b\" 'a ${{ v }} b' $'a\\t${{ v }}\\'b'", {"a % b", "a % b", "a\t%'b"}},
      {"show pre\"mid ${{ v }}\"'x${{ v }}y'z", {"premid %x%yz"}},
      {"show \\a${{ v }} \"\\\"${{ v }}\\\\\" '\\'${{ v }}", {"a%", "\"%\\", "\\%"}},
      {"show '\\${{ v }}'", {"\\%"}},
      {"show ${{ none }} ${{ list }} end", {"a b", "%", "", "5", "end"}},
      {"show ${{\n  v\n}} 'a${{ v\n }}b' \"${{ v\n }}\" $'${{ v\n}}' # ${{ v\n\n}}\nshow b",
       {"%", "a%b", "%", "%", "/", "b"}},
      {"show \"$(printf '%s.' ${{ v }})\" \"$(printf '%s.' \"${{ v }}\")\"", {"%.", "%."}},
      {"show \"$(printf '%s.' \"$(printf '%s.' '${{ v }}')\")\"", {"%.."}},
      {"x=${{ v }}; show \"$x\"", {"%"}},
      {"x=a${{ v }}'b ${{ v }}'; show \"$x\"", {"a%b %"}},
      {"x=1 y=${{ v }} z=2; show \"$y\"", {"%"}},
      {"x=a; x+=${{ v }}; show \"$x\"", {"a%"}},
      {"export E=${{ v }}; show \"$E\"", {"%"}},
      {"declare d=${{ v }}; show \"$d\"", {"%"}},
      {"f() { local x=${{ v }} y; show \"$x\" \"$1\"; }; f ${{ v }}", {"%", "%"}},
      {"function g { show ${{ v }}; }; g", {"%"}},
      {"a=(${{ v }} b # it's ${{ v }}\n ${{ list }}); show \"${a[@]}\"",
       {"%", "b", "a b", "%", "", "5"}},
      {"declare -a da=(${{ v }} [5]=${{ v }}); show \"${da[@]}\"", {"%", "%"}},
      {"a=([${{ n }}]=${{ v }}); show \"${!a[@]}\" \"${a[@]}\" \"${a[${{ n }}]}\"",
       {"3", "%", "%"}},
      {"a=(); a[${{ n }} + 1]=${{ v }}; show ${!a[@]} \"${a[4]}\"", {"4", "%"}},
      {"cat <<EOF >\"$SCRATCH/h\"\n${{ v }}|'${{ v }}'|\"${{ v }}\"|\\$x|${{ v }}.\nEOF\n"
       "show \"$(cat \"$SCRATCH/h\")\"",
       {"%|'%'|\"%\"|$x|%."}},
      {"show \"$(cat <<-EOF\n\t${{ v }}.\n\tEOF\n)\"", {"%."}},
      {"show \"$(cat <<A; cat <<B\n${{ v }}.\nA\nB${{ v }}.\nB\n)\"", {"%.\nB%."}},
      {"show \"$(cat <<'EOF'\nit's \" $( ` \\\nEOF\n)\" ${{ v }}", {"it's \" $( ` \\", "%"}},
      {"show \"$(cat <<EOF\n$(printf '%s.' ${{ v }}) \"$(printf '%s.' \"${{ v }}\")\"\nEOF\n)\"",
       {"%. \"%.\""}},
      {"show \"$(cat <<EOF\n${{ v\n }}.\nEOF\n)\"", {"%."}},
      {"show \"$(cat <<EOF\na \\\nEOF\n${{ v }}.\nEOF\n)\"", {"a EOF\n%."}},
      {"show \"$(cat <<EOF\n${unset-${{ v }}}.${unset:-'${{ v }}'}.\nEOF\n)\"", {"%.'%'."}},
      {"IFS= read -r -d '' r <<<${{ v }} || true; show \"$r\"", {"%\n"}},
      {"IFS= read -r -d '' r <<< \"a ${{ v }}\" || true; show \"$r\"", {"a %\n"}},
      {"IFS= read -r -d '' r < <(printf '%s\\0' ${{ v }}); show \"$r\"", {"%"}},
      {"for i in ${{ v }} ${{ list }}; do show \"$i\"; done",
       {"%", "/", "a b", "/", "%", "/", "", "/", "5"}},
      {"for i in 1\ndo show ${{ v }}; done", {"%"}},
      {"for ((i = 0; i < ${{ n }}; i++)); do :; done; show ${{ v }} $i", {"%", "3"}},
      {"if [[ ${{ v }} == ${{ v }} && ! ${{ v }} != \"${{ v }}\" ]]; then show y; fi", {"y"}},
      {"[[ ${{ v }} == '${{ v }}' ]] && show y", {"y"}},
      {"[[ a${{ v }}b == a${{ v }}* ]] && show y", {"y"}},
      {"[[ a${{ v }} == @(x|a${{ v }}) ]] && show ${{ v }}", {"%"}},
      {"[[ ${{ n }} -eq 3 && 2 -lt ${{ n }} && ${{ negative }} -le \"${{ n }}\" ]] && show y",
       {"y"}},
      {"if [ x${{ v }} = \"x${{ v }}\" ]; then show y; fi", {"y"}},
      {"case ${{ v }} in ${{ v }}) show y ;; *) show n ;; esac", {"y"}},
      {"case a in (b | ${{ v }}x) show n ;; a) show ${{ v }} ;& c) show c;; esac", {"%", "/", "c"}},
      {"show \"$(case x in x) printf '%s.' ${{ v }} ;; esac)\" ${{ v }}", {"%.", "%"}},
      {"show ${unset:-${{ v }}} \"${unset:-${{ v }}}\" ${unset-'a ${{ v }}'}", {"%", "%", "a %"}},
      {"show \"${unset:-a ${{ v }} b}\" \"${unset:-\"${{ v }}\"}\" \"${unset:-'${{ v }}'}\"",
       {"a % b", "%", "'%'"}},
      {"s=1; show \"${s:+${{ v }}}\" ${s:+\"${{ v }}\"}", {"%", "%"}},
      {"unset u; : \"${u:=${{ v }}}\"; show \"$u\"", {"%"}},
      {"y=${{ v }}end; show \"${y#${{ v }}}\" ${y##'${{ v }}'}", {"end", "end"}},
      {"y=start${{ v }}; show \"${y%\"${{ v }}\"}\" ${y%%${{ v }}}", {"start", "start"}},
      {"y=aMb; show \"${y/M/${{ v }}}\" \"${y//M/'${{ v }}'}\"", {"a%b", "a%b"}},
      {"y=a${{ v }}b; show \"${y/a${{ v }}/X}\"", {"Xb"}},
      {"y=abcdef; show ${y:${{ n }}} ${y:${{ negative }}:2} \"${y:1:${{ n }}}\"",
       {"def", "de", "bcd"}},
      {"show $((${{ n }} + 1)) $((5-${{ negative }})) \"$((${{ n }}*${{ flag }}))\" $[${{ n }}+1]",
       {"4", "8", "3", "4"}},
      {"((i = ${{ n }})); let j=i+${{ n }}; show $i $j ${{ v }}", {"3", "6", "%"}},
      {"declare -i di=${{ n }}+1; show $di", {"4"}},
      {"((show ${{ v }}); (show b))", {"%", "/", "b"}},
      {"show \"$( (printf '%s.' ${{ v }}) )\" \"$((printf '%s.' ${{ v }}); printf x)\"",
       {"%.", "%.x"}},
      {"(show ${{ v }}) && { show '${{ v }}'; } || show n", {"%", "/", "%"}},
      {"! false && show ${{ v }} | cat", {"%"}},
      {"show ${{ v }};# it's ${{ v }} \"\nshow '#' \"#${{ v }}\" a#${{ v }}",
       {"%", "/", "#", "#%", "a#%"}},
      {"# don't ${{ later }}\nshow $# ${{ v }} ${#v}", {"0", "%", "0"}},
      {"show `printf a` \"`printf 'b)'`\" ${{ v }}", {"a", "b)", "%"}},
      {"show ${{ v }} 2>/dev/null 2>&1 >>\"$SCRATCH/x\"; cat \"$SCRATCH/x\"", {"%"}},
      {"printf x >\"$SCRATCH\"/'f ${{ n }}' 2>&1; show \"$(cat \"$SCRATCH/f 3\")\"", {"x"}},
      {"show {a,${{ v }}} x{1,2}${{ n }}", {"a", "%", "x13", "x23"}},
      {"show \\\n  ${{ v }} \\\n  b", {"%", "b"}},
      {"while true; do show ${{ v }}; break; done; until true; do :; done", {"%"}},
      {"select s in ${{ v }}; do :; done >/dev/null 2>&1 || show ${{ v }}", {"%"}},
      {"show $${{ v }}x ${{ v }}", {"${{ v }}x", "%"}},
  };
  return all;
}

// All places in one script: a process for each would take minutes.
std::string script_of_all(const std::string& value) {
  std::string script = "show() { printf '%s\\0' \"$#\" \"$@\"; }\nv=\n";
  for (const Place& place : places()) {
    // A literal ${{ is no bash: only quoted.
    std::string text = place.script;
    if (text.starts_with("show $${{")) text = "show '$${{ v }}x' ${{ v }}";
    script += instantiated(text, value) + "\nprintf '%s\\0' next\n";
  }
  return script;
}

std::vector<std::string> pieces_of(const std::string& output) {
  std::vector<std::string> pieces;
  for (std::size_t start = 0; start < output.size();) {
    const std::size_t end = output.find('\0', start);
    pieces.push_back(output.substr(start, end - start));
    start = end == std::string::npos ? output.size() : end + 1;
  }
  return pieces;
}

// What `show` prints for these words; / separates calls.
std::vector<std::string> expected_pieces(const Place& place, const std::string& value) {
  std::vector<std::string> pieces;
  std::vector<std::string> call;
  const auto finish = [&] {
    pieces.push_back(std::to_string(call.size()));
    pieces.insert(pieces.end(), call.begin(), call.end());
    call.clear();
  };
  for (const std::string& word : place.words) {
    if (word == "/") {
      finish();
      continue;
    }
    std::string filled;
    for (const char c : word) {
      if (c == '%')
        filled += value;
      else
        filled += c;
    }
    call.push_back(std::move(filled));
  }
  finish();
  pieces.emplace_back("next");
  return pieces;
}

// True if every place gave the words that it should; else says which did not.
bool is_same_word_everywhere(const std::string& value) {
  const BashResult result = run_bash(script_of_all(value));
  const auto pieces = pieces_of(result.output);
  std::size_t at = 0;
  for (const Place& place : places()) {
    const auto expected = expected_pieces(place, value);
    const std::size_t end = std::min(at + expected.size(), pieces.size());
    const std::vector<std::string> got(pieces.begin() + static_cast<std::ptrdiff_t>(at),
                                       pieces.begin() + static_cast<std::ptrdiff_t>(end));
    if (got != expected) {
      MESSAGE("value: ", json_quoted(value), "\nscript: ", std::string(place.script),
              "\ntext: ", instantiated(place.script, value),
              "\ngot: ", json_quoted(fmt::format("{}", fmt::join(got, "|"))),
              "\nerrors: ", result.errors);
      return false;
    }
    at = end;
  }
  return at == pieces.size() && result.status == 0;
}

TEST_CASE("a value is the same one word in every place") {
  for (const char* value : {"plain",
                            "",
                            " ",
                            "a b",
                            "'",
                            "\"",
                            "\\",
                            "`",
                            "$",
                            "*",
                            "?",
                            "[a]",
                            "~",
                            "~root",
                            "!",
                            "!!",
                            "#",
                            "&",
                            "a&b\\1",
                            ";",
                            "|",
                            "<",
                            ">",
                            "(",
                            ")",
                            "{a,b}",
                            "$HOME",
                            "${x}",
                            "$(touch pwned)",
                            "`touch pwned`",
                            "a[$(touch pwned)]",
                            "-n",
                            "--",
                            "-e",
                            "=",
                            "a=b",
                            "EOF",
                            "\nEOF\n",
                            "A",
                            "\n",
                            "a\n",
                            "\na\n\n",
                            "\t",
                            "\r\n",
                            "\\n",
                            "\\'",
                            "'\\''",
                            "\"; touch pwned; \"",
                            "'; touch pwned; '",
                            "${{ n }}",
                            "$${{ n }}",
                            "äöü€😀",
                            "\x01\x7f",
                            "\xff\xfe",
                            "%s %d\\n",
                            "]]",
                            "))",
                            "}",
                            "esac",
                            "fi",
                            ";;",
                            "\\",
                            "\\\\\\",
                            "a\\\nb"})
    CHECK(is_same_word_everywhere(value));
}

TEST_CASE("drawn values are the same one word in every place") {
  const std::vector<std::string> fragments = {
      "'", "\"", "\\", "`",   "$",   "$(", ")",        "${",   "}",    "((", "))", "[", "]", "*",
      "?", "~",  "!",  "#",   "&",   ";",  "|",        "<",    ">",    "\n", "\t", " ", "-", "=",
      "a", "b",  "0",  "EOF", "${{", "}}", "\xc3\xa4", "\xff", "\x01", "%",  "@",  "^", ","};
  CHECK(rc::check("same word", [&] {
    const auto picks = *rc::gen::container<std::vector<std::size_t>>(
        rc::gen::inRange<std::size_t>(0, fragments.size()));
    std::string value;
    for (const std::size_t pick : picks) value += fragments[pick];
    RC_ASSERT(is_same_word_everywhere(value));
  }));
}

TEST_CASE("bash names the script's own lines") {
  const std::string text = instantiated(
      "x=${{ v }} # ${{ v\n}}\ny='${{ v\n\n}}' z=\"${{ v\n}}\"; : ${{\n "
      "list\n}}\n\nno_such_command_here\n",
      "several\nlines\n");
  const BashResult result = run_bash(text);
  CHECK(result.errors.find("line 10: no_such_command_here") != std::string::npos);
}

TEST_CASE("a script without values stays as it is") {
  CHECK(instantiated("echo `ls` <<'EOF'\n$x\nEOF\n", "") == "echo `ls` <<'EOF'\n$x\nEOF\n");
  CHECK(instantiated("echo '$${{ x }}'", "") == "echo '${{ x }}'");
  CHECK(instantiated("", "").empty());
}

std::vector<std::string> problems_of(std::string_view script) {
  Problems problems;
  CHECK_FALSE(ShellScript::compile(script, {}, problems).has_value());
  std::vector<std::string> texts;
  for (const Problem& problem : problems)
    texts.push_back(
        fmt::format("{}:{}: {}", problem.position.line, problem.position.column, problem.message));
  return texts;
}

TEST_CASE("places where no value can stand are problems that show the fix") {
  using Texts = std::vector<std::string>;
  CHECK(problems_of("echo `cat ${{ v }}`") == Texts{"1:15: a value cannot stand in backticks"});
  CHECK(problems_of("cat <<'EOF'\na ${{ v }}\n${{ n }}\nEOF\n") ==
        Texts{"2:7: a here-document with a quoted delimiter takes no values",
              "3:5: a here-document with a quoted delimiter takes no values"});
  CHECK(problems_of("cat <<\\EOF\n${{ v }}\nEOF\n").size() == 1);
  CHECK(problems_of("cat <<${{ v }}\nx\n") ==
        Texts{"1:11: a value cannot be the delimiter of a here-document"});
  CHECK(problems_of("echo \\${{ v }}").size() == 1);
  CHECK(problems_of("echo \"\\${{ v }}\"").size() == 1);
  CHECK(problems_of("cat <<EOF\n\\${{ v }}\nEOF").size() == 1);
  CHECK(problems_of("echo ${x${{ n }}} ${!${{ v }}}").size() == 2);
  CHECK(problems_of("echo \"a ${{ v }}").size() == 1);
  CHECK(problems_of("echo $(ls ${{ v }}").size() == 1);
  Problems problems;
  ShellScript::compile("cat <<\"END\"\n${{ v }}\nEND\n", {}, problems);
  CHECK(problems[0].hint ==
        "write <<END instead of <<'END', and \\$ where bash shall leave a $ alone");
}

TEST_CASE("hostile nesting is refused, in little time") {
  for (const char* piece : {"$(", "$((", "((", "\"$(", "${x:-", "${x[", "<(", "a[$(", "$((${x:-$(",
                            "(", "case x in x) "}) {
    std::string script;
    for (int i = 0; i < 20'000; ++i) script += piece;
    Problems problems;
    CHECK_FALSE(ShellScript::compile(script + " ${{ v }}", {}, problems).has_value());
  }
  std::string wrong_arithmetic;
  for (int i = 0; i < 25; ++i) wrong_arithmetic += "$((";
  for (int i = 0; i < 25; ++i) wrong_arithmetic += " ) )";
  Problems problems;
  CHECK(ShellScript::compile(wrong_arithmetic + " ${{ v }}", {}, problems).has_value());
}

TEST_CASE("only integers and booleans go where bash calculates") {
  const auto message = [](const char* script) {
    const auto text = compiled(script).instantiate(context_of("x[$(touch pwned)]"));
    REQUIRE_FALSE(text.ok());
    return text.error().message;
  };
  for (const char* script :
       {"(( ${{ v }} ))", "x=$((${{ v }}))", "[[ 1 -eq ${{ v }} ]]", "[[ ${{ v }} -lt 1 ]]",
        "y=${x:${{ v }}}", "y=${x:1:${{ v }}}", "y=${x[${{ v }}]}", "x[${{ v }}]=1",
        "x=([${{ v }}]=1)", "let x=${{ v }}", "declare -i x=${{ v }}",
        "for ((i=${{ v }};;)); do :; done", "x=$((1 + ${y:-${{ v }}}))", "x=\"$[${{ v }}]\"",
        "cat <<E\n$((${{ v }}))\nE\n", "[[ a && ( '${{ v }}' -ne 1 ) ]]"})
    CHECK_MESSAGE(message(script).find("bash calculates here") != std::string::npos, script);
  CHECK(message("echo $((${{ x }}))") ==
        "1:13: bash calculates here, so it takes an integer, got number");
  CHECK(compiled("x=$(($(echo ${{ v }})))").instantiate(context_of("")).ok());
}

TEST_CASE("a list stands only where it can become several words") {
  for (const char* script :
       {"echo \"${{ list }}\"", "echo a${{ list }}", "x=${{ list }}", "echo > ${{ list }}",
        "[[ ${{ list }} ]]", "cat <<< ${{ list }}", "case ${{ list }} in a) ;; esac",
        "cat <<E\n${{ list }}\nE", "echo '${{ list }}'"}) {
    const auto text = compiled(script).instantiate(context_of(""));
    REQUIRE_FALSE_MESSAGE(text.ok(), script);
    CHECK(text.error().message.find("a list cannot stand here") != std::string::npos);
  }
}

TEST_CASE("what bash cannot hold and what is not known yet are errors at their place") {
  CHECK(compiled("a\nb ${{ v }}").instantiate(context_of(std::string("a\0b", 3))).error().message ==
        "2:7: bash cannot hold a text with a NUL byte in it");
  CHECK(compiled("a ${{ later }}").instantiate(context_of("")).error().code == Errc::unavailable);
  CHECK(compiled("a $((${{ later }}))").instantiate(context_of("")).error().code ==
        Errc::unavailable);
  CHECK(compiled("a ${{ [null] }}").instantiate(context_of("")).error().message ==
        "1:7: null has no text form");
}

class ShellTypes final : public TypeContext {
 public:
  Found find(NamePath path) const override {
    if (path[0] == "v") return Type(Type::Kind::string);
    if (path[0] == "n") return Type(Type::Kind::integer);
    if (path[0] == "list") return Type::list_of(Type::Kind::string);
    if (path[0] == "any") return Type();
    return Missing();
  }
  std::vector<std::string> names(NamePath) const override { return {}; }
};

Problems type_problems(std::string_view script) {
  Problems problems;
  compiled(script).check_types(ShellTypes(), problems);
  return problems;
}

TEST_CASE("types tell what cannot stand in a place") {
  CHECK(type_problems("echo $((${{ v }}))").at(0).message ==
        "bash calculates here, so it takes an integer, got string");
  CHECK(type_problems("echo x${{ list }}").at(0).message == "a list cannot stand here");
  CHECK(type_problems("echo ${{ [list] }}").at(0).message == "list of string has no text form");
  CHECK(type_problems("echo ${{ missing }}").size() == 1);
  CHECK(type_problems("echo ${{ list }} ${{ v }} $((${{ n }} + ${{ any }})) # ${{ missing }}")
            .empty());
}

TEST_CASE("a value that becomes code after all gets a warning") {
  const auto warning = [](std::string_view script) {
    const Problems problems = type_problems(script);
    CAPTURE(script);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].severity == Severity::warning);
    return problems[0].message;
  };
  CHECK(warning("eval \"x=${{ v }}\"") == "eval runs this value as code");
  CHECK(warning("bash -c \"ls ${{ v }}\"") == "bash -c runs this value as code");
  CHECK(warning("sudo -u me /bin/sh -ec 'ls ${{ v }}'") == "sh -ec runs this value as code");
  CHECK(warning("xargs -n1 bash -o pipefail -c ${{ v }}") == "bash -c runs this value as code");
  CHECK(warning("python3 -W ignore -c \"print('${{ v }}')\"") ==
        "python3 -c runs this value as code");
  CHECK(warning("perl -e '${{ v }}'") == "perl -e runs this value as code");
  CHECK(warning("ssh -p 22 host ls ${{ v }}") == "the shell behind ssh reads this value as code");
  CHECK(warning("python - <<EOF\nprint('${{ v }}')\nEOF") == "python reads this value as code");
  CHECK(warning("x=1 bash -s <<EOF\nls ${{ v }}\nEOF") == "bash reads this value as code");
  CHECK(warning("ssh host <<< \"ls ${{ v }}\"") == "ssh reads this value as code");
  CHECK(warning("trap 'rm ${{ v }}' EXIT") == "trap runs this value as code");
  CHECK(warning("read ${{ v }}") ==
        "read takes this value for a variable's name, which can hold code");
  CHECK(warning("export ${{ v }}=1").starts_with("export takes this value"));
  CHECK(warning("[[ -v ${{ v }} ]]").starts_with("[[ -v takes this value"));
  CHECK(warning("[ -v ${{ v }} ]").starts_with("[ takes this value"));
  CHECK(warning("[[ a =~ ${{ v }} ]]") == "=~ takes this value literally, not as a pattern");
  CHECK(warning("echo \"$(eval ${{ any }})\"") == "eval runs this value as code");
}

TEST_CASE("values that stay data get no warning") {
  for (const char* script :
       {"eval echo ${{ n }}", "bash -c 'echo \"$1\"' _ ${{ v }}", "python train.py -c ${{ v }}",
        "python -m train -c ${{ v }}", "python -c 'import sys' ${{ v }}", "ssh ${{ v }} ls",
        "ssh -i ${{ v }} host ls", "python train.py <<EOF\n${{ v }}\nEOF",
        "ssh host cat <<EOF\n${{ v }}\nEOF", "cat <<EOF | python\n${{ v }}\nEOF",
        "read -r -p ${{ v }} x", "export X=${{ v }}", "printf '%s' ${{ v }}",
        "grep python <<< ${{ v }}", "echo eval ${{ v }}", "[[ ${{ v }} =~ x ]]",
        "x=${{ v }} eval echo"})
    CHECK_MESSAGE(type_problems(script).empty(), script);
}

TEST_CASE("references in comments do not count") {
  std::vector<std::string> names;
  compiled("a ${{ v }} # ${{ later }}").for_each_reference([&](const Reference& reference) {
    names.push_back(to_text(reference.path));
  });
  CHECK(names == std::vector<std::string>{"v"});
}

}  // namespace
}  // namespace gt
