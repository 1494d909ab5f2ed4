#include "cli/machine_share.h"

#include "execute/host_gpus.h"
#include "execute/host_limits.h"

namespace gt {

ExecutorLimits slots_of(const Settings& settings) {
  ExecutorLimits limits = host_limits();
  if (const SettingValue* const jobs = settings.find(SettingId::jobs))
    limits.cpu = static_cast<double>(jobs->number);
  if (const SettingValue* const memory = settings.find(SettingId::memory))
    limits.memory_bytes = memory->number;
  return limits;
}

std::vector<std::string> gpus_of(const Session& session) {
  const SettingValue* const chosen = session.settings().find(SettingId::gpus);
  return host_gpus(chosen ? &chosen->text : nullptr, session.variable);
}

}  // namespace gt
