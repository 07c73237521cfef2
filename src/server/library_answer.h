// A chat completion over a library: an answer with citations.
#pragma once

#include <memory>

#include "lectern/engine.h"
#include "lectern/library.h"
#include "server/exchange.h"
#include "server/generation_request.h"
#include "server/metrics.h"
#include "server/ticket.h"

namespace lectern::server {

struct LibraryQuestion {
  std::shared_ptr<Exchange> exchange;
  const ChatRequest& request;
  Ticket ticket;  // given back before the client can see the answer's end, and ask again
};

/// Answers, and returns when that is done or the client has gone. Throws Error as `Chat::ask` does, before it has begun
/// to answer.
void answer_from_library(LibraryQuestion asked, Engine& model, const Library& library, Metrics& metrics);

}  // namespace lectern::server
