/// Why two manifests differ, in words for people: the very file, parameter, package or input.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gt {

/// One phrase for each fact that differs between two base_text()s of step_manifest.h, the most
/// telling first: "parameter month: 1 → 2", "package pandas: 2.1 → 2.2". Empty for equal texts.
std::vector<std::string> base_differences(std::string_view before, std::string_view now);

/// The same between the texts of two source sets: "file src/train.py changed".
std::vector<std::string> source_differences(std::string_view before, std::string_view now);

/// The first few phrases in one line.
std::string in_words(const std::vector<std::string>& differences);

}  // namespace gt
