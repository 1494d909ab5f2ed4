/// The bytes in front of an answer's body. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/http_message.h"

namespace gt {

/// How the connection goes on.
struct AnswerForm {
  bool is_http_1_0 = false;
  bool keeps_alive = true;
  /// The body's length; a stream has none, and is sent in chunks where the client knows them.
  std::optional<std::size_t> body_bytes = 0;
};

/// Whether an answer with this status has a body (RFC 9110, 6.4.1).
bool has_body(int status);

/// Status line and fields with the empty line. Errc::invalid for what HttpResponse forbids.
Result<std::string> answer_head(const HttpResponse& response, const AnswerForm& form);

}  // namespace gt
