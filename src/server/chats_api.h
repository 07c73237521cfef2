// /v1/chats: conversations that outlive the page.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/chat_store.h"
#include "server/exchange.h"
#include "server/router.h"

namespace lectern::server {

/// Every route of it may take its time. Safe to use from any thread.
class ChatsApi {
 public:
  explicit ChatsApi(ChatStore store) : store_(std::move(store)) {}

  std::vector<Route> routes();

 private:
  using Asked = std::shared_ptr<Exchange>;

  void list(const Asked& exchange) const;
  void create(const Asked& exchange);
  void show(const Asked& exchange, const std::string& id) const;
  void replace(const Asked& exchange, const std::string& id);
  void remove(const Asked& exchange, const std::string& id);
  void tell_markdown(const Asked& exchange, const std::string& id) const;

  ChatStore store_;
};

}  // namespace lectern::server
