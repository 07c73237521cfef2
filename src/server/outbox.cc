#include "server/outbox.h"

#include <utility>

namespace lectern::server {

void Outbox::respond(HttpResponse response) {
  std::vector<std::function<void()>> dropped;  // they may own what calls this
  const std::lock_guard lock(mutex_);
  if (begun_ || gone_) return;
  begun_ = ended_ = true;
  bytes_ = response_head(response, Framing::kLength, persistence());
  if (!head_alone_) {
    bytes_ += response.body;
    file_ = std::move(response.file);
  }
  dropped.swap(on_gone_);
}

void Outbox::begin(HttpResponse head) {
  const std::lock_guard lock(mutex_);
  if (begun_ || gone_) return;
  begun_ = true;
  if (http_1_0_) keep_alive_ = false;
  bytes_ = response_head(head, streamed(), persistence());
}

void Outbox::send(std::string_view piece) {
  const std::lock_guard lock(mutex_);
  if (!begun_ || ended_ || gone_ || cut_ != Cut::kNot || head_alone_ || piece.empty()) return;
  if (bytes_.size() > limit_) {
    cut_ = Cut::kUnread;
    return;
  }
  bytes_ += streamed() == Framing::kChunked ? chunk(piece) : std::string(piece);
}

void Outbox::end() {
  std::vector<std::function<void()>> dropped;
  const std::lock_guard lock(mutex_);
  if (!begun_ || ended_ || gone_) return;
  ended_ = true;
  if (streamed() == Framing::kChunked && !head_alone_) bytes_ += chunk({});
  dropped.swap(on_gone_);
}

void Outbox::abandon(const std::function<HttpResponse()>& response) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || gone_) return;
    if (begun_) {
      cut_ = Cut::kAbandoned;  // a client must not take half an answer for a whole one
      return;
    }
  }
  respond(response());
}

void Outbox::on_gone(std::function<void()> f) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    if (!gone_) {
      on_gone_.push_back(std::move(f));
      return;
    }
  }
  f();
}

Outbox::Taken Outbox::take() {
  const std::lock_guard lock(mutex_);
  return {std::exchange(bytes_, {}), std::exchange(file_, {}), ended_, cut_};
}

bool Outbox::may_interrupt() const {
  const std::lock_guard lock(mutex_);
  return !http_1_0_ && !begun_ && !gone_;
}

void Outbox::lose() {
  std::vector<std::function<void()>> calls;
  {
    const std::lock_guard lock(mutex_);
    if (gone_ || (ended_ && bytes_.empty())) return;
    gone_ = true;
    calls.swap(on_gone_);
  }
  for (const auto& call : calls) call();
}

bool Outbox::keep_alive() const {
  const std::lock_guard lock(mutex_);
  return keep_alive_;
}

void Outbox::close_after() {
  const std::lock_guard lock(mutex_);
  keep_alive_ = false;
}

}  // namespace lectern::server
