#include "core/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
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

TEST(WorkerPool, RunsCoverEachItemOnceWhateverTheirNumber) {
  for (int threads : {1, 2, 3}) {
    WorkerPool pool(threads);
    for (const std::int64_t count : {0, 1, 2, 7, 500}) {
      std::vector<int> values(static_cast<std::size_t>(count) + 1, 0);
      std::atomic<int> wrong{0};
      pool.run([&](Team& team) {
        for (int call = 1; call <= 25; ++call) {
          team.parallel_runs(count, [&](std::int64_t i) { ++values[static_cast<std::size_t>(i)]; });
          for (std::int64_t i = 0; i < count; ++i) wrong += values[static_cast<std::size_t>(i)] != call;
          // Between two runs, loops of the other kind: each kind counts for itself.
          team.parallel_for(call % 3, [&](std::int64_t) {});
          team.barrier();
        }
      });
      EXPECT_EQ(wrong, 0) << threads << " threads, " << count << " items";
      EXPECT_EQ(values.back(), 0);
    }
  }
}

TEST(WorkerPool, WhoeverIsDoneHelpsTheOthers) {
  WorkerPool pool(2);
  constexpr int kItems = 10;  // whoever has item 0 waits in it until the others are done, or for ever
  std::atomic<int> done{0};
  std::vector<int> worker(kItems, -1);
  pool.run([&](Team& team) {
    team.parallel_runs(kItems, [&](std::int64_t i) {
      worker[static_cast<std::size_t>(i)] = team.rank();
      while (i == 0 && done < kItems - 1) std::this_thread::yield();
      ++done;
    });
  });
  EXPECT_EQ(done, kItems);
  EXPECT_EQ(worker[5], 1) << "the first item of rank 1's run";
}

TEST(WorkerPool, CallersTakeTurns) {
  WorkerPool pool(2);
  int inside = 0, most = 0;  // unguarded on purpose: turns are the guard
  const auto caller = [&](bool interactive) {
    for (int i = 0; i < 200; ++i) {
      pool.run(
          [&](Team& team) {
            if (team.rank() == 0) {
              most = std::max(most, ++inside);
              --inside;
            }
          },
          interactive);
    }
  };
  std::thread background([&] { caller(false); });
  caller(true);
  background.join();
  EXPECT_EQ(most, 1);
}

TEST(WorkerPool, SleepersAreWoken) {
  using namespace std::chrono_literals;
  for (int threads : {2, 3}) {
    WorkerPool pool(threads);
    int total = 0;
    for (int region = 0; region < 30; ++region) {
      pool.run([&](Team& team) {
        for (int late = 0; late < team.size(); ++late) {  // each in turn comes so late that the others sleep
          if (team.rank() == late) {
            std::this_thread::sleep_for(region % 3 * 300us);
            ++total;
          }
          team.barrier();
        }
      });
      std::this_thread::sleep_for(region % 2 * 500us);  // they sleep between regions, too
    }
    EXPECT_EQ(total, 30 * threads);
  }
}

TEST(WorkerPool, BroadcastsWhatRank0Has) {
  WorkerPool pool(3);
  std::atomic<int> wrong{0};
  pool.run([&](Team& team) {
    std::vector<int> own(200, team.rank());
    for (int i = 0; i < 200; ++i) {
      const int* seen = team.broadcast(&own[static_cast<std::size_t>(i)]);
      if (*seen != 0) ++wrong;
      if (team.rank() == 0 && seen != &own[static_cast<std::size_t>(i)]) ++wrong;
      if (team.broadcast((i % 3 == 0) == (team.rank() == 0)) != (i % 3 == 0)) ++wrong;
    }
    team.barrier();
  });
  EXPECT_EQ(wrong, 0);
}

TEST(WorkerPool, AnInteractiveCallerGoesFirst) {
  using namespace std::chrono_literals;
  WorkerPool pool(2);
  std::vector<int> order;  // turns guard it
  std::atomic<bool> entered{false}, finish{false};
  std::thread first([&] {
    pool.run(
        [&](Team& team) {
          if (team.rank() != 0) return;
          entered = true;
          while (!finish) std::this_thread::yield();
        },
        false);
  });
  while (!entered) std::this_thread::yield();
  EXPECT_FALSE(pool.is_wanted());
  const auto caller = [&](int who, bool interactive) {
    pool.run(
        [&](Team& team) {
          if (team.rank() == 0) order.push_back(who);
        },
        interactive);
  };
  std::thread background([&] { caller(1, false); });
  std::thread interactive([&] { caller(2, true); });
  std::this_thread::sleep_for(100ms);  // both wait now
  EXPECT_TRUE(pool.is_wanted());
  finish = true;
  first.join();
  background.join();
  interactive.join();
  EXPECT_EQ(order, (std::vector<int>{2, 1}));
  EXPECT_FALSE(pool.is_wanted());
}

}  // namespace
}  // namespace lectern
