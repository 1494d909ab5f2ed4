#include "reproduce/examine.h"

namespace gt {

namespace {

/// Two may be equal by luck.
constexpr int repetitions = 3;

class Examiner {
 public:
  Examiner(const Execution& recorded, const Execute& execute, const Pause& pause)
      : recorded_(recorded), execute_(execute), pause_(pause) {}

  Result<Examination> examine(Depth depth) && {
    Execution first = TRY(again({}));
    found_.difference = TRY(find_difference(recorded_.result, first.result));
    found_.is_same = !found_.difference;
    if (!found_.is_same && depth == Depth::explain) {
      Finding finding = TRY(explain(first));
      found_.finding = std::move(finding);
    }
    return std::move(found_);
  }

 private:
  Result<Execution> again(const Conditions& conditions) {
    ++found_.executions;
    return execute_(conditions);
  }

  /// Whether executions under these conditions all give what `like`, or else the first of them,
  /// gave; a failed one does not. `other` becomes one that does not.
  Result<bool> are_equal(const Conditions& conditions, const Execution* like,
                         std::optional<Execution>* other = nullptr) {
    std::optional<Execution> first;
    for (int i = like == nullptr ? 0 : 1; i < repetitions; ++i) {
      if (i == 1) TRY(pause_());
      auto execution = again(conditions);
      if (!execution && execution.error().code != Errc::conflict) return execution.error();
      if (!execution) return false;
      if (like == nullptr && !first) {
        first = *std::move(execution);
        continue;
      }
      const Execution& before = like != nullptr ? *like : *first;
      const std::string text = TRY(result_text(execution->result.outputs));
      if (text == TRY(result_text(before.result.outputs))) continue;
      if (other != nullptr) *other = *std::move(execution);
      return false;
    }
    return true;
  }

  Result<Clue> clue_of(const Execution& a, const Execution& b) const {
    const auto difference = TRY(find_difference(a.result, b.result));
    if (!difference) return Clue::none;
    return find_clue({difference->before, a.during, a.folder},
                     {difference->now, b.during, b.folder});
  }

  Result<Finding> explain(const Execution& first) {
    std::optional<Execution> other;
    if (TRY(are_equal({}, &first, &other))) return explain_stable(first);
    if (!other)
      return Finding{Reason::world, Sureness::possible,
                     "it does not even succeed each time: what it needs comes and goes"};
    const Clue clue = TRY(clue_of(first, *other));
    if (clue == Clue::folder)
      return Finding{Reason::folder, Sureness::certain,
                     "the name of the attempt's own folder is in the result"};
    // Before the experiments: a minute is long enough for all of them to agree by luck.
    if (clue == Clue::time) return explain_time();
    if (TRY(are_equal({.fixed_hash_seed = true, .one_thread = true, .fixed_date = true}, nullptr)))
      return explain_settled();
    if (clue == Clue::order)
      return Finding{Reason::order, Sureness::likely,
                     "the same lines come in another order each time, whatever the hash seed and "
                     "the number of threads"};
    return Finding{Reason::seed, Sureness::possible,
                   "each execution gives other bytes, neither the hash seed, the number of threads "
                   "nor the date settles it, and they look like no time: a random seed that the "
                   "step does not fix"};
  }

  /// Now it is always the same, and other than it was.
  Result<Finding> explain_stable(const Execution& first) {
    const std::string now = fmt::format("{} executions now agree with one another", repetitions);
    switch (TRY(clue_of(recorded_, first))) {
      case Clue::time:
        return Finding{Reason::time, Sureness::likely,
                       "where the results differ, each has a date of its own execution; " + now};
      case Clue::order:
        return Finding{Reason::order, Sureness::likely,
                       "the same lines as recorded, in another order; " + now};
      case Clue::folder:
        return Finding{Reason::folder, Sureness::likely,
                       "the name of the attempt's own folder is in the result"};
      case Clue::none:
        break;
    }
    return Finding{Reason::world, Sureness::likely,
                   now +
                       ": something has changed that no fact of the step names, such as a file "
                       "outside of the project, an answer of the network, or the machine"};
  }

  Result<Finding> explain_time() {
    if (TRY(are_equal({.fixed_date = true}, nullptr)))
      return Finding{Reason::time, Sureness::certain,
                     fmt::format("with SOURCE_DATE_EPOCH {} executions gave equal bytes, without "
                                 "they have the time of each",
                                 repetitions)};
    return Finding{Reason::time, Sureness::likely,
                   "each result has a time of its own execution where they differ"};
  }

  /// All variables together make it reproducible: which one?
  Result<Finding> explain_settled() {
    const auto settled = [](const char* by) {
      return fmt::format("with {} {} executions gave equal bytes, without they did not", by,
                         repetitions);
    };
    if (TRY(are_equal({.fixed_hash_seed = true}, nullptr)))
      return Finding{Reason::order, Sureness::certain,
                     settled("PYTHONHASHSEED=0") + ": the order of a set, or of hashes"};
    if (TRY(are_equal({.one_thread = true}, nullptr)))
      return Finding{Reason::threads, Sureness::certain,
                     settled("one thread (OMP_NUM_THREADS=1 and the like)")};
    if (TRY(are_equal({.fixed_date = true}, nullptr)))
      return Finding{Reason::time, Sureness::certain, settled("SOURCE_DATE_EPOCH")};
    return Finding{Reason::order, Sureness::likely,
                   "only hash seed, threads and date together make it reproducible"};
  }

  const Execution& recorded_;
  const Execute& execute_;
  const Pause& pause_;
  Examination found_;
};

}  // namespace

std::vector<std::pair<std::string, std::string>> Conditions::variables() const {
  std::vector<std::pair<std::string, std::string>> variables;
  if (fixed_hash_seed) variables.emplace_back("PYTHONHASHSEED", "0");
  if (one_thread)
    for (const char* const name :
         {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
          "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS",
          "POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "TBB_NUM_THREADS"})
      variables.emplace_back(name, "1");
  if (fixed_date) variables.emplace_back("SOURCE_DATE_EPOCH", "946684800");
  return variables;
}

Result<Examination> examine(const Execution& recorded, const Execute& execute, const Pause& pause,
                            Depth depth) {
  return Examiner(recorded, execute, pause).examine(depth);
}

const char* to_text(Reason reason) {
  switch (reason) {
    case Reason::time:
      return "time";
    case Reason::order:
      return "order";
    case Reason::threads:
      return "threads";
    case Reason::seed:
      return "seed";
    case Reason::folder:
      return "folder";
    case Reason::world:
      return "world";
  }
  return "world";
}

const char* to_text(Sureness sureness) {
  switch (sureness) {
    case Sureness::certain:
      return "certain";
    case Sureness::likely:
      return "likely";
    case Sureness::possible:
      return "possible";
  }
  return "possible";
}

}  // namespace gt
