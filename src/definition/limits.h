/// Limits of a pipeline file. Reaching one is a problem that names it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace gt::definition_limits {

/// Steps of one pipeline, those inside groups and called pipelines included.
constexpr std::size_t steps_max = 200'000;
/// Of one `params`, `inputs`, `outputs`, `env`, `inherit`, `matrix`, `secrets` or `connections`.
constexpr std::size_t entries_max = 10'000;
/// Files that one pipeline is made of, its own included, and their bytes all together.
constexpr std::size_t pipeline_files_max = 200;
constexpr std::size_t pipeline_files_bytes_max = std::size_t{64} << 20U;
/// Fragments that include others, one inside the other.
constexpr std::size_t include_depth_max = 16;
/// Pipelines that call others, one inside the other.
constexpr std::size_t pipeline_depth_max = 16;
/// Combinations of one matrix.
constexpr std::uint64_t matrix_items_max = 100'000;
/// Tasks of one run: what matrices inside matrices multiply to.
constexpr std::uint64_t run_tasks_max = 1'000'000;
/// Axes whose length is found while the file is checked; the others are measured by the run.
constexpr std::size_t measured_axes_max = 1'000;
constexpr std::uint32_t max_parallel_max = 100'000;
constexpr std::uint32_t max_active_max = 1000;
/// Of a pipeline whose `priority_rule` adds up what other steps have.
constexpr std::size_t priority_rule_steps_max = 10'000;
constexpr std::int64_t pool_slots_max = 1'000'000;
/// Of a priority, above and below 0.
constexpr std::int64_t priority_max = 1'000'000;
/// Of one pipeline.
constexpr std::size_t triggers_max = 1'000;
/// Addresses of one mail, and fields of one webhook.
constexpr std::size_t addresses_max = 100;
/// What `catchup_max` may be.
constexpr std::int64_t catchup_runs_max = 10'000;
/// Between two looks of a wait for something outside.
constexpr Duration wait_every_min = std::chrono::seconds(1);
constexpr std::uint32_t retry_limit_max = 1'000;
/// Of an output's path and of each name in it: what Linux file systems take.
constexpr std::size_t path_bytes_max = 2'048;
constexpr std::size_t path_name_bytes_max = 255;
/// Shown for one file; how many more there are is said.
constexpr std::size_t problems_max = 100;

}  // namespace gt::definition_limits
