#include "core/worker_pool.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace lectern {
namespace {

TEST(WorkerPool, EachItemOnceAndVisibleAfterwards) {
  for (int threads : {1, 2, 3}) {
    WorkerPool pool(threads);
    std::vector<int> values(1000, 0);
    std::atomic<int> wrong{0};
    for (int region = 0; region < 50; ++region) {
      pool.run([&](Team& team) {
        for (int call = 0; call < 20; ++call) {
          team.parallel_for(1000, [&](std::int64_t i) { ++values[static_cast<std::size_t>(i)]; });
          if (values[static_cast<std::size_t>(call * 37)] != region * 20 + call + 1) ++wrong;
          team.barrier();
        }
      });
    }
    EXPECT_EQ(wrong, 0);
    for (int v : values) ASSERT_EQ(v, 1000);
  }
}

TEST(WorkerPool, CallersTakeTurns) {
  WorkerPool pool(2);
  int inside = 0, most = 0;  // unguarded on purpose: turns are the guard
  const auto caller = [&](bool interactive) {
    for (int i = 0; i < 200; ++i) {
      pool.run([&](Team& team) {
        if (team.rank() == 0) {
          most = std::max(most, ++inside);
          --inside;
        }
      }, interactive);
    }
  };
  std::thread background([&] { caller(false); });
  caller(true);
  background.join();
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace lectern
