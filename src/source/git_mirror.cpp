#include "source/git_mirror.h"

#include <algorithm>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "process/command.h"

namespace gt {

namespace {

constexpr std::string_view schemes[] = {"https://", "http://", "ssh://", "git://", "file://"};
constexpr std::string_view fetched = "refs/geartrain/head";

/// Ours without what a hook or a person's shell says of another repository.
std::vector<std::string> environment() {
  std::vector<std::string> variables;
  for (char** one = environ; *one != nullptr; ++one)
    if (!std::string_view(*one).starts_with("GIT_")) variables.emplace_back(*one);
  // Nobody is there to be asked, and no other program is started than those for these protocols.
  variables.emplace_back("GIT_TERMINAL_PROMPT=0");
  variables.emplace_back("GIT_ASKPASS=true");
  variables.emplace_back("GIT_SSH_COMMAND=ssh -o BatchMode=yes -o ConnectTimeout=20");
  variables.emplace_back("GIT_ALLOW_PROTOCOL=https:http:ssh:git:file");
  variables.emplace_back("GIT_OPTIONAL_LOCKS=0");
  return variables;
}

std::string last_line(std::string_view text) {
  std::string last;
  for (const std::string_view line : split(text, '\n'))
    if (!trim(line).empty()) last = trim(line);
  return printable(last);
}

bool is_safe_word(std::string_view text) {
  return !text.starts_with('-') && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  });
}

}  // namespace

bool GitMirror::is_address(const std::string& url) {
  if (url.empty() || !is_safe_word(url)) return false;
  if (url.starts_with('/')) return true;
  if (std::ranges::any_of(schemes, [&](std::string_view scheme) {
        return url.starts_with(scheme) && url.size() > scheme.size();
      }))
    return true;
  // host:path, as scp has it; `transport::address` would be a program to start.
  const std::size_t colon = url.find(':');
  return colon != std::string::npos && colon > 0 && url.find("::") == std::string::npos &&
         url.find("://") == std::string::npos && url.find('/') > colon;
}

Result<std::string> GitMirror::git(std::vector<std::string> arguments, std::stop_token stop,
                                   const std::string& work_tree) {
  // Files of the repository must not choose programs, and a slow server must come to an end.
  std::vector<std::string> argv = {"git",
                                   "-c",
                                   "core.hooksPath=/dev/null",
                                   "-c",
                                   "core.fsmonitor=false",
                                   "-c",
                                   "http.lowSpeedLimit=1000",
                                   "-c",
                                   "http.lowSpeedTime=30",
                                   "-c",
                                   "gc.auto=0",
                                   "--git-dir=" + folder_};
  if (!work_tree.empty()) argv.push_back("--work-tree=" + work_tree);
  const std::string what = arguments.front();
  std::ranges::move(arguments, std::back_inserter(argv));
  const CommandResult result =
      TRY(run_command({.argv = std::move(argv), .environment = environment()}, std::move(stop)));
  if (result.succeeded()) return result.output;
  return error(Errc::unavailable, "git {}: {}", what, last_line(result.error_output));
}

Result<std::string> GitMirror::fetch(const std::string& branch, std::stop_token stop) {
  if (!is_address(url_))
    return Error{Errc::invalid, "that is no address of a git repository",
                 "write it as https://host/path, ssh://host/path, host:path or /path"};
  if (!is_safe_word(branch)) return error(Errc::invalid, "{} is no branch", printable(branch));
  if (TRY(kind_of(join_path(folder_, "HEAD"))) == PathKind::nothing) {
    TRY(make_directories(folder_));
    TRY(git({"init", "--bare", "--quiet", folder_}, stop));
  }
  const std::string wanted = branch.empty() ? "HEAD" : "refs/heads/" + branch;
  auto done = git({"fetch", "--quiet", "--no-tags", "--force", "--no-recurse-submodules", "--",
                   url_, fmt::format("{}:{}", wanted, fetched)},
                  stop);
  if (!done) return std::move(done).error();
  return std::string(trim(TRY(git({"rev-parse", "--verify", std::string(fetched)}, stop))));
}

Result<std::vector<GitCommit>> GitMirror::commits_since(const std::string& last,
                                                        const std::string& newest, std::size_t most,
                                                        std::stop_token stop) {
  const bool is_known =
      !last.empty() && git({"merge-base", "--is-ancestor", last, newest}, stop).ok();
  const std::string range = is_known ? last + ".." + newest : newest;
  const std::string text =
      TRY(git({"log", "--first-parent", "-z", "--format=%H%x1f%an%x1f%s",
               fmt::format("--max-count={}", is_known ? most : 1), range, "--"},
              stop));
  std::vector<GitCommit> commits;
  for (const std::string_view line : split(text, '\0')) {
    const auto parts = split(line, '\x1f');
    if (parts.size() == 3)
      commits.push_back({std::string(parts[0]), std::string(parts[1]), std::string(parts[2])});
  }
  std::ranges::reverse(commits);
  return commits;
}

Result<void> GitMirror::check_out(const std::string& commit, const std::string& path,
                                  const std::string& to, std::stop_token stop) {
  TRY(make_directories(to));
  // An index of its own: what another commit had must not count.
  TRY(git({"read-tree", "--reset", commit}, stop, to));
  const std::string wanted = path.empty() ? ":/" : ":(top,literal)" + path;
  TRY(git({"checkout", "--force", "--quiet", commit, "--", wanted}, stop, to));
  if (!path.empty() && TRY(kind_of(join_path(to, path))) != PathKind::directory)
    return error(Errc::not_found, "the commit has no folder {}", printable(path));
  return {};
}

}  // namespace gt
