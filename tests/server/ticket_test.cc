#include "server/ticket.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

#include "server/api_error.h"
#include "server/generation_task.h"
#include "server/library_answer.h"
#include "support/fake_engine.h"
#include "support/fake_library.h"

namespace lectern::server {
namespace {

// Looks how many answers are under way whenever its client could see one end.
class WatchfulExchange : public Exchange {
 public:
  explicit WatchfulExchange(const Admission& admission) : admission_(admission) {}

  const HttpRequest& request() const override { return request_; }
  void respond(HttpResponse response) override {
    status = response.status;
    look();
  }
  void begin(HttpResponse) override {}
  void send(std::string_view piece) override {
    if (piece.find("finish_reason\":\"stop") != std::string_view::npos) look();
  }
  void end() override { look(); }
  void on_gone(std::function<void()> f) override { gone = std::move(f); }
  void post(std::function<void()> f) override {
    const std::lock_guard lock(mutex_);
    look();
    posted_ = std::move(f);
    changed_.notify_all();
  }

  void run_posted() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return posted_ != nullptr; });
    const auto f = std::exchange(posted_, nullptr);
    lock.unlock();
    f();
  }

  int taken() const { return taken_; }

  int status = 0;
  std::function<void()> gone;

 private:
  void look() { taken_ = admission_.taken(); }

  const Admission& admission_;
  const HttpRequest request_;
  int taken_ = -1;  // when it looked last
  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> posted_;
};

class TicketTest : public testing::Test {
 protected:
  Ticket ticket() { return std::move(admission_.admit(1)->front()); }

  void ask_library(bool stream) {
    ChatRequest request;
    request.stream = stream;
    request.messages = {{"user", "When does the zebra sleep?"}};
    answer_from_library({exchange_, request, ticket()}, engine_, library_, metrics_);
  }

  Admission admission_{1};
  Metrics metrics_;
  test::FakeEngine engine_;
  test::FakeLibrary library_;
  std::shared_ptr<WatchfulExchange> exchange_ = std::make_shared<WatchfulExchange>(admission_);
};

TEST_F(TicketTest, ComesBackWithItself) {
  {
    const auto held = ticket();
    EXPECT_EQ(admission_.taken(), 1);
    EXPECT_FALSE(admission_.admit(1));
  }
  EXPECT_EQ(admission_.taken(), 0);
}

TEST_F(TicketTest, IsBackBeforeTheConnectionHearsOfAnAnswersEnd) {
  engine_.hangs = true;
  GenerationPlan plan;
  plan.engine = {std::make_shared<char>(), &engine_};
  plan.prompts = {{1}};
  std::vector<Ticket> tickets;
  tickets.push_back(ticket());
  std::make_shared<GenerationTask>(exchange_, std::move(plan), std::move(tickets), metrics_)->start();
  exchange_->run_posted();
  EXPECT_EQ(exchange_->taken(), 1) << "while it is under way";
  exchange_->gone();  // which ends it
  exchange_->run_posted();
  EXPECT_EQ(exchange_->status, 200);
  EXPECT_EQ(exchange_->taken(), 0);
}

TEST_F(TicketTest, IsBackBeforeTheEndOfAnAnswerFromALibrary) {
  library_.passages = {test::passage("zebra.txt", "The zebra sleeps at noon.")};
  engine_.reply = {"The zebra sleeps at noon [1]."};
  ask_library(false);
  EXPECT_EQ(exchange_->status, 200);
  EXPECT_EQ(exchange_->taken(), 0);
  ask_library(true);
  EXPECT_EQ(exchange_->taken(), 0);
}

TEST_F(TicketTest, IsBackBeforeAFailureIsTold) {
  library_.passages = {test::passage("zebra.txt", "The zebra sleeps at noon.")};
  engine_.fails = true;
  EXPECT_THROW(ask_library(false), ApiError);
  EXPECT_EQ(admission_.taken(), 0);
}

}  // namespace
}  // namespace lectern::server
