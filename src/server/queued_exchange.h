// An exchange with a place in the queue.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "server/exchange.h"
#include "server/ticket.h"

namespace lectern::server {

/// Gives its tickets back before the last of the answer is sent, so that a client that has it may ask again at once;
/// else when it is dropped.
class QueuedExchange final : public Exchange {
 public:
  QueuedExchange(std::shared_ptr<Exchange> exchange, std::vector<Ticket> tickets)
      : tickets_(std::move(tickets)), exchange_(std::move(exchange)) {}

  const HttpRequest& request() const override { return exchange_->request(); }
  void respond(HttpResponse response) override {
    give_back();
    exchange_->respond(std::move(response));
  }
  void begin(HttpResponse head) override { exchange_->begin(std::move(head)); }
  void send(std::string_view piece) override { exchange_->send(piece); }
  void end() override {
    give_back();
    exchange_->end();
  }
  void on_gone(std::function<void()> f) override { exchange_->on_gone(std::move(f)); }
  void post(std::function<void()> f) override { exchange_->post(std::move(f)); }

  /// Of a client that has gone, before its turn has come.
  void give_back() {
    const std::lock_guard lock(mutex_);
    tickets_.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<Ticket> tickets_;
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace lectern::server
