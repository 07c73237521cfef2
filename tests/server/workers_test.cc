#include "server/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>

namespace lectern::server {
namespace {

TEST(WorkersTest, DoWhatIsPosted) {
  std::promise<int> done;
  Workers workers(2);
  workers.post([&] { workers.post([&] { done.set_value(7); }); });
  EXPECT_EQ(done.get_future().get(), 7);
}

// What is under way may post more while they are being stopped: a request that goes on when its model is loaded.
TEST(WorkersTest, StopEndsWhatIsUnderWayAndDropsTheRest) {
  std::promise<void> begun, end;
  std::atomic<int> done = 0;
  Workers workers(1);
  workers.post([&] {
    begun.set_value();
    end.get_future().wait();
    workers.post([&] { ++done; });
    ++done;
  });
  const auto waiting = std::make_shared<int>(0);
  workers.post([&done, waiting] { ++done; });
  begun.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { workers.stop(); });
  while (waiting.use_count() > 1) std::this_thread::yield();  // until it is dropped
  end.set_value();
  stopped.get();
  workers.post([&] { ++done; });
  workers.stop();
  EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace lectern::server
