/// Limits of the expression language. Reaching one is an error with the limit's name and position
/// (a Problem while parsing, Errc::exhausted while evaluating).
#pragma once

#include <cstddef>
#include <cstdint>

namespace gt::expression_limits {

/// A text with `${{ }}` in it.
constexpr std::size_t template_bytes_max = 4U << 20U;
constexpr std::size_t template_expressions_max = 10'000;
/// One expression.
constexpr std::size_t expression_bytes_max = 64U << 10U;
/// How deep an expression nests; each operator, call, member and bracket counts one.
constexpr std::size_t expression_depth_max = 200;
/// Made by one evaluation, all lists and objects together.
constexpr std::size_t items_max = 4'000'000;
constexpr std::int64_t range_items_max = 1'000'000;
/// Made by one evaluation, all texts together.
constexpr std::size_t text_bytes_max = 64U << 20U;
/// Of a value that is made or walked.
constexpr std::size_t value_depth_max = 64;

/// How deep quotes, substitutions and brackets of a script nest.
constexpr std::size_t shell_nesting_max = 100;

}  // namespace gt::expression_limits
