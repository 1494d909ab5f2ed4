#include "engine/fire_files.h"

#include <algorithm>
#include <map>
#include <set>
#include <variant>

namespace gt {

namespace {

using Stamps = std::map<std::string, std::string>;

bool is_heard(const Stamps& heard, const ArrivedFile& file) {
  const auto found = heard.find(file.path);
  return found != heard.end() && found->second == file.stamp;
}

class FileDecision {
 public:
  FileDecision(const FireParts& parts, const EventTrigger& watched,
               const KeepPipeline& keep_pipeline, Time now)
      : parts_(parts),
        watched_(watched),
        rule_(std::get<FileRule>(watched.trigger.rule).glob),
        heard_(watched.pipeline, watched.trigger.name),
        keep_pipeline_(keep_pipeline),
        now_(now) {}

  Result<Fired> decide(const std::vector<ArrivedFile>& there, const RunOfFile& run_of) {
    const auto heard = TRY(look());
    if (!heard) return begin(there);
    std::vector<Candidate> candidates;
    std::set<std::string> paths;
    for (const ArrivedFile& file : there) {
      paths.insert(file.path);
      if (file.is_stable && !is_heard(*heard, file)) candidates.push_back({&file, run_of(file)});
    }
    std::vector<std::string> gone;
    for (const auto& [path, stamp] : *heard)
      if (!paths.contains(path)) gone.push_back(path);
    if (candidates.empty() && gone.empty()) return Fired();
    return write(std::move(candidates), gone);
  }

 private:
  struct Candidate {
    const ArrivedFile* file;
    Result<std::optional<NewRun>> wanted;

    bool fires() const { return !wanted || wanted->has_value(); }
  };

  /// nullopt: it was not watched by this rule.
  Result<std::optional<Stamps>> look() {
    auto reader = TRY(parts_.database.begin_read());
    if (TRY(heard_.rule(reader)) != rule_) return std::optional<Stamps>();
    Stamps stamps = TRY(heard_.list(reader));
    return std::optional(std::move(stamps));
  }

  Result<Fired> begin(const std::vector<ArrivedFile>& there) {
    auto writer = TRY(parts_.database.begin_write());
    TRY(heard_.set_rule(writer, rule_));
    for (const ArrivedFile& file : there)
      if (file.is_stable) TRY(heard_.add(writer, file.path, file.stamp));
    TRY(writer.commit());
    return Fired();
  }

  Result<Fired> write(std::vector<Candidate> candidates, const std::vector<std::string>& gone) {
    auto writer = TRY(parts_.database.begin_write());
    // Another server may have been here since we looked, also one that reads another file.
    if (TRY(heard_.rule(writer)) != rule_) return Fired();
    const Stamps heard = TRY(heard_.list(writer));
    std::erase_if(candidates, [&](const Candidate& one) { return is_heard(heard, *one.file); });
    FiringDecision decision(parts_, watched_.pipeline, watched_.trigger, keep_pipeline_, now_);
    TRY(decision.look(writer));
    std::size_t left = static_cast<std::size_t>(
        std::ranges::count_if(candidates, [](const Candidate& one) { return one.fires(); }));
    for (Candidate& one : candidates) {
      TRY(heard_.add(writer, one.file->path, one.file->stamp));
      if (one.fires()) TRY(decide_one(writer, decision, one, --left == 0));
    }
    for (const std::string& path : gone) TRY(heard_.remove(writer, path));
    TRY(writer.commit());
    return decision.take();
  }

  Result<void> decide_one(Transaction& writer, FiringDecision& decision, Candidate& one,
                          bool is_last) {
    const Time at =
        TRY(parts_.firings.next_at(writer, watched_.pipeline, watched_.trigger.name, now_));
    OpenFiring firing{.at = at,
                      .logical_date = now_,
                      .interval = {},
                      .cause = {{"file", one.file->path}, {"bytes", one.file->bytes}},
                      .run = one.wanted ? Result<NewRun>(**std::move(one.wanted))
                                        : Result<NewRun>(one.wanted.error())};
    return decision.decide(writer, std::move(firing), is_last);
  }

  const FireParts& parts_;
  const EventTrigger& watched_;
  const std::string rule_;
  const HeardFiles heard_;
  const KeepPipeline& keep_pipeline_;
  const Time now_;
};

}  // namespace

Result<Fired> fire_files(const FireParts& parts, const EventTrigger& watched,
                         const std::vector<ArrivedFile>& there, const RunOfFile& run_of,
                         const KeepPipeline& keep_pipeline, Time now) {
  return FileDecision(parts, watched, keep_pipeline, now).decide(there, run_of);
}

}  // namespace gt
