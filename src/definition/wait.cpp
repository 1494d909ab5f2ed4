#include "definition/wait.h"

#include "definition/pipeline.h"

namespace gt {

std::vector<WaitText> texts_of_wait(const Step& step) {
  std::vector<WaitText> texts;
  if (const Wait* wait = step.wait()) {
    if (const auto* duration = std::get_if<WaitFor>(&wait->condition))
      texts.push_back({"wait.for", &duration->duration});
    if (const auto* instant = std::get_if<WaitUntil>(&wait->condition))
      texts.push_back({"wait.until", &instant->instant});
  }
  if (const Approval* approval = step.approval())
    texts.push_back({"approve.message", &approval->message});
  return texts;
}

}  // namespace gt
