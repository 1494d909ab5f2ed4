/// How one gets a program on this distribution.
#pragma once

#include <string>
#include <string_view>

namespace gt {

enum class PackageTool { none, apt, dnf, apk };

struct Distribution {
  std::string name;  ///< "Debian GNU/Linux 12 (bookworm)"; may be empty
  PackageTool tool = PackageTool::none;
  bool is_root = false;  ///< who installs needs no sudo
};

/// `text`: of os-release(5), empty where there is none.
Distribution distribution_of(std::string_view text, bool is_root);

/// The command that installs what gives `program` ("python3-venv" is Python's module), or the one
/// that finds its package; on an unknown distribution, words.
std::string way_to_get(const Distribution& distribution, std::string_view program);

}  // namespace gt
