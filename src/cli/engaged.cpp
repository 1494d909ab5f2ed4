#include "cli/engaged.h"

namespace gt {

Result<Engaged> engage(Session& session, Records& records) {
  Engaged engaged;
  engaged.progress = make_batch_progress(session);
  engaged.talk = std::make_unique<EngineTalk>(*engaged.progress);
  engaged.workshop = TRY(Workshop::open(session, records, *engaged.talk));
  return engaged;
}

}  // namespace gt
