#include "runtime/step_cost.h"

#include <gtest/gtest.h>

namespace lectern::runtime {
namespace {

TEST(StepCost, LearnsWhatARowAdds) {
  for (const double row : {0.0, 0.05, 0.3, 0.7}) {
    StepCost cost;
    for (int i = 0; i < 1000; ++i) {
      cost.record(1, 0.02);
      cost.record(2 + i % 8, 0.02 * (1 + row * (1 + i % 8)));
    }
    EXPECT_EQ(cost.of(1), 1);
    EXPECT_NEAR(cost.of(2), 1 + row, 0.01);
    EXPECT_NEAR(cost.of(6), 1 + 5 * row, 0.02);
    EXPECT_GE(cost.of(12), cost.of(9)) << "never measured: believed to be like the others";
    EXPECT_LE(cost.of(12), 1.01 + 2 * 11 * row);
  }
}

TEST(StepCost, LearnsEachNumberOfRows) {
  StepCost cost;
  const auto takes = [](int rows) { return rows <= 4 ? 1.1 : 2.0; };  // a tile of four rows, say
  for (int i = 0; i < 500; ++i) {
    cost.record(1, 0.02);
    cost.record(2 + i % 7, 0.02 * takes(2 + i % 7));
  }
  EXPECT_NEAR(cost.of(4), 1.1, 0.01);
  EXPECT_NEAR(cost.of(5), 2.0, 0.01);
}

TEST(StepCost, ABadMomentDoesNotStandForEver) {
  StepCost cost;
  cost.record(1, 0.02);
  for (int i = 0; i < 10; ++i) cost.record(4, 0.06);
  EXPECT_GT(cost.of(4), 2.5);
  for (int i = 0; i < 10; ++i) cost.record(5, 0.024);
  EXPECT_LT(cost.of(4), 1.3) << "never measured again, but five rows are cheaper";
}

TEST(StepCost, FollowsAChange) {
  StepCost cost;
  for (int i = 0; i < 100; ++i) {
    cost.record(1, 0.02);
    cost.record(3, 0.022);
  }
  EXPECT_NEAR(cost.of(3), 1.1, 0.01);
  for (int i = 0; i < 100; ++i) {
    cost.record(1, 0.03);
    cost.record(3, 0.042);
  }
  EXPECT_NEAR(cost.of(3), 1.4, 0.01);
}

TEST(StepCost, LargeStepsGoOnAsTheSmallOnes) {
  StepCost cost;
  EXPECT_NEAR(cost.of(500) - cost.of(400), cost.of(140) - cost.of(40), 1e-9);
  EXPECT_GT(cost.of(500), cost.of(400));
}

TEST(StepCost, IsNotMisledByWhatIsNoSmallStep) {
  StepCost cost;
  const double before = cost.of(2);
  cost.record(2, 5);  // nothing to compare it with
  cost.record(0, 0);
  cost.record(1, 0.02);
  cost.record(StepCost::kMostRows + 1, 50);
  EXPECT_EQ(cost.of(2), before);
  for (int i = 0; i < 100; ++i) cost.record(2, 3600);
  EXPECT_LT(cost.of(2), 2) << "a sure guess is still checked";
  for (int i = 0; i < 100; ++i) cost.record(2, 0.001);
  EXPECT_GE(cost.of(2), 1);
}

}  // namespace
}  // namespace lectern::runtime
